import t from 'tap';
import { onlyBlock, onlyNotBlock, parse } from './parsing.fixture.ts';

const REFUSED = '550 5.7.1 Client host [192.0.2.10] refused, poor reputation';
const LISTED = '554 5.7.1 Client host [192.0.2.11] blocked using bl.spamcop.net';
const attempt = (id: string, to: string, reply: string): string =>
  `${id}: to=<${to}>, relay=mx.example.net[203.0.113.9]:25, delay=1, dsn=5.0.0, status=bounced (host mx.example.net[203.0.113.9] said: ${reply} (in reply to RCPT TO command))`;
const RECORDS = [
  attempt('A1B2C3D4', 'a@example.net', REFUSED),
  attempt('4cXyZb1k2Tz9P', 'b@example.org', LISTED),
];
const BOTH = [
  { ip: '192.0.2.10', recipient: 'a@example.net', reason: 'ip-reputation' },
  { ip: '192.0.2.11', recipient: 'b@example.org', listOwner: 'spamcop' },
];

t.test('log lines keep apart whatever tools print in front of them, or with their stamps cut off', (t) => {
  const inFront: Record<string, (n: number) => string> = {
    'a priority': () => '<22>Jan  9 08:00:01 mx postfix/smtp[1]: ',
    'the head of RFC 5424': () => '<22>1 2026-01-09T08:00:01.000Z mx postfix/smtp 1 - - ',
    'a container': () => 'mailserver-1  | Jan  9 08:00:01 mx postfix/smtp[1]: ',
    'a file': () => '/var/log/mail.log:Jan  9 08:00:01 mx postfix/smtp[1]: ',
    'a file and a line': (n) => `/var/log/mail.log.1:${n + 1042}:Jan  9 08:00:01 mx postfix/smtp[1]: `,
    'a line': (n) => `  ${n + 1042} Jan  9 08:00:01 mx postfix/smtp[1]: `,
    'day and zone': () => 'Fri 2026-01-09 08:00:01 UTC mx postfix/smtp[1]: ',
  };
  for (const [name, head] of Object.entries(inFront)) {
    const { rejections } = parse(RECORDS.map((record, n) => head(n) + record).join('\n'));
    t.match(rejections, BOTH, name);
    t.match(rejections, [{ at: '2026-01-09T08:00:01.000Z' }, { at: '2026-01-09T08:00:01.000Z' }], name);
    t.equal(rejections.length, 2, name);
  }
  for (const head of ['', 'postfix/smtp[1]: ', 'mx1 postfix/smtp[1]: '])
    t.match(parse(RECORDS.map((record) => head + record).join('\n')).rejections, BOTH, head);
  t.end();
});

t.test('log lines that were wrapped without a sign', (t) => {
  const lines = RECORDS.map((record) => `Jan  9 08:00:01 mx1 postfix/smtp[123]: ${record}`);
  const byWords = lines.map((line) => line.replace(/(.{60}\S*) /g, '$1\n')).join('\n');
  const byColumns = lines.map((line) => line.replace(/(.{80})/g, '$1\n')).join('\n');
  for (const input of [byWords, byColumns]) {
    const { rejections } = parse(input);
    t.match(rejections, BOTH);
    t.equal(rejections.length, 2);
  }
  t.end();
});

t.test('a mail queue’s listing names the recipient below the reason', (t) => {
  const listing = [
    '-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------',
    'A1B2C3D4E5     1234 Fri Jan  9 08:00:01  s@example.com',
    `(host mx.example.net[203.0.113.9] said: ${REFUSED} (in reply to RCPT TO command))`,
    '                                         a@example.net',
    '',
    'A1B2C3D4E6*    2234 Fri Jan  9 08:00:02  s@example.com',
    `(host mx.example.org[203.0.113.9] refused to talk to me: ${LISTED})`,
    '                                         b@example.org',
    '',
    '-- 3 Kbytes in 2 Requests.',
  ];
  const { rejections } = parse(listing.join('\n'));
  t.match(rejections, BOTH);
  t.same(
    rejections.map(({ line }) => line),
    [3, 7],
  );
  t.end();
});

t.test('a wrapped reply may go on with an address', (t) => {
  t.match(onlyNotBlock('450 4.7.1\n    <x@example.net>: Recipient address rejected: Greylisted'), {
    replyCode: '450',
    text: '450 4.7.1 <x@example.net>: Recipient address rejected: Greylisted',
  });
  t.match(onlyBlock('550 5.7.1 [192.0.2.10] blocked; to be removed write to\ndelist@example.net'), {
    text: /delist@example\.net$/,
  });
  const { rejections } = parse(`a@example.net\n${REFUSED}\nb@example.org\n${LISTED}`);
  t.match(rejections, BOTH, 'while in a list each address begins the next');
  t.end();
});

t.test('talk and commands below a reply are no part of it', (t) => {
  for (const input of [
    `[09:12] ada: \`${REFUSED}\`\n[09:13] bob: again?`,
    `<** ${REFUSED}\n -> QUIT\n<-  221 2.0.0 Bye`,
    `rcpt to:<a@example.net>\n${REFUSED}\nquit\n221 Bye`,
    `${REFUSED}\nConnection closed by foreign host.`,
    `Error: ${REFUSED}\n    at SMTPConnection.error (/app/smtp.js:10:3)`,
    `We get "${REFUSED}". Can you help?`,
    `reason: '${REFUSED}', }`,
    `\u001b[31m${REFUSED}\u001b[0m`,
  ])
    t.match(onlyBlock(input), { text: REFUSED, ip: '192.0.2.10' }, input);
  t.end();
});

t.test('who was written to, as the words above a reply tell', (t) => {
  for (const [input, recipient] of [
    [
      `Your message to ada@example.net has been blocked.\n\nThe response was:\n\n${REFUSED}`,
      'ada@example.net',
    ],
    [`Our e-mails to ada@example.net come back:\n\n> ${REFUSED}`, 'ada@example.net'],
    [`$ telnet mx.example.net 25\nrcpt to:<ada@example.net>\n${REFUSED}`, 'ada@example.net'],
    [`"ada@example.net":\n${REFUSED}`, 'ada@example.net'],
    [REFUSED, null],
  ] as const)
    t.equal(onlyBlock(input).recipient, recipient, input);
  t.end();
});

t.test('the host that refused, as Exchange and terminals name it', (t) => {
  for (const input of [
    `a@example.net\nmx.example.net\nRemote Server returned '${REFUSED}'`,
    `a@example.net\nmx.example.net #${REFUSED} ##`,
    `Trying 203.0.113.9...\nConnected to mx.example.net.\nEscape character is '^]'.\n${REFUSED}`,
  ])
    t.match(onlyBlock(input), { mx: 'mx.example.net', ip: '192.0.2.10', text: REFUSED }, input);
  t.end();
});

t.test('talk of lists and blocks is no block', (t) => {
  for (const input of [
    'Our address 192.0.2.10 is clean at zen.spamhaus.org.',
    'Your IP 192.0.2.10 has been removed from our block list. Please allow 24 hours.',
    'smtpd_recipient_restrictions = reject_rbl_client zen.spamhaus.org, reject_rbl_client bl.spamcop.net',
    'Jan  9 08:00:01 mx dovecot: imap-login: Disconnected (auth failed): user=<x>, rip=192.0.2.10',
    'Jan  9 08:00:01 mx rspamd[1]: <a>; task; ip: 192.0.2.10, (default: F (reject): [RBL_SPAMHAUS_ZEN(7.00)])',
    'Our limit: 550-600 requests per second from 192.0.2.10',
    'Price list: 550 EUR, 421 USD.',
    '- blocked by legal\n- 450 users affected\n- policy update needed',
  ])
    t.same(parse(input).rejections, [], input);
  t.match(onlyBlock('They say our 192.0.2.10 is still listed at zen.spamhaus.org'), {
    listOwner: 'spamhaus',
    ip: '192.0.2.10',
  });
  t.end();
});

t.test('words that are commands too go on with a wrapped reply', (t) => {
  const wrapped = {
    '550 5.7.1 refused: 192.0.2.10 listed by\nmail-abuse.blacklist.jippg.org': { listOwner: 'jippg' },
    '550 5.7.1 Service unavailable, Helo domain\nis listed in Spamhaus (S8001)': { blockCode: 'S8001' },
    '550 5.7.1 Service unavailable,\nHelo domain\nis listed in Spamhaus (S8001)': { blockCode: 'S8001' },
    '>>> 550 5.7.1 refused: 192.0.2.10 listed by\n>>> mail-abuse.blacklist.jippg.org': { listOwner: 'jippg' },
  };
  for (const [text, expected] of Object.entries(wrapped)) t.match(onlyBlock(text), expected, text);
  const session = '550 5.7.1 192.0.2.10 has a poor reputation\nEHLO mx.example.com\n250 mx.example.net';
  t.equal(onlyBlock(session).text, '550 5.7.1 192.0.2.10 has a poor reputation', 'commands end it');
  t.end();
});

t.test('lines that a program begins alike are a reply each, unless one goes on in the next', (t) => {
  const two = parse(
    'Mailbox: got data 550 5.7.1 Client host [192.0.2.10] is blocked\nMailbox: got data 554 5.7.1 Message is spam',
  );
  t.match(two.rejections, [
    { ip: '192.0.2.10', replyCode: '550' },
    { ip: null, replyCode: '554', reason: 'content' },
  ]);
  const one = parse('remote: 550-The message was rejected\nremote: 550 because it is spam');
  t.match(one.rejections, [{ reason: 'content' }]);
  t.equal(one.rejections.length, 1);
  t.end();
});

t.test('words alone tell of a refusal where they say that mail was refused, and why', (t) => {
  t.match(parse('our mails to them are rejected as spam').rejections, [
    { reason: 'content', replyCode: null },
  ]);
  t.same(parse('Is a mail rejected as spam when it has many links?').rejections, [], 'a question');
  t.match(parse('Your message to x@example.org was blocked because it is spam').rejections, [
    { reason: 'content' },
  ]);
  t.same(parse('login refused: too many attempts').rejections, [], 'other things are refused, too');
  t.end();
});

t.test('words alone that name mail and a refusal, and tell of none', (t) => {
  const others = [
    ['We blocked mail from that sender, it was a mass mailer.', 'what somebody did'],
    ['Ich habe den Absender gesperrt, weil seine Nachrichten Spam sind.', 'what somebody did'],
    ['Our own gateway rejected a message because its attachment was a program.', 'what somebody did'],
    ['Messages without a number in the subject are rejected by policy.', 'a rule'],
    ['Please confirm your address, otherwise your message is rejected.', 'a condition'],
    ['9001 messages delivered, 12 blocked by filter as spam, 44 rejected.', 'a count'],
    ['Quarantine: 3 messages were blocked by our filter because of a spam link.', 'a count'],
    ['Your newsletter was blocked by my spam filter, please take me off the list.', 'what somebody did'],
    ['Your message was refused as spam? Then write to us again.', 'a question'],
    ['Since Monday our mails are not rejected any more, the spam filter was mended.', 'a negation'],
    ['Your mails are never rejected by our spam filter.', 'a negation'],
    ['Ihre Nachricht wurde nicht als Spam abgelehnt.', 'a negation'],
    ['Die Mail wurde heute gelesen und der Antrag nach den Richtlinien abgelehnt.', 'two things'],
    ['Login refused for user mail@example.org: too many requests per time unit', 'a login'],
    ['Our mail server is the one by which the blocked message about spam was sent.', 'two things'],
    [
      '* Messages over 50 MB\n* are rejected\n* Newsletters need a link\n* Spam is refused',
      'a list of rules',
    ],
  ];
  for (const [text = '', why] of others) t.same(parse(text).rejections, [], `${why}: ${text}`);
  t.end();
});

t.test('refusals by others than mail servers, advice and what somebody did are no blocks', (t) => {
  const others = [
    'Your IP address has been blocked. Contact the administrator of the site.',
    '403 Forbidden: 192.0.2.10 has been blocked by the firewall of this site',
    'Alert: IP 192.0.2.10 was blocked by the firewall, reason: port scan',
    '192.0.2.10 is blacklisted: too many login attempts',
    'Deine IP-Adresse wurde wegen zu vieler Anfragen gesperrt.',
    'Votre adresse IP a été bloquée sur ce wiki.',
    'El acceso ha sido bloqueado por cinco minutos.',
    'He bloqueado los mensajes de esa persona',
    'Ich habe ihre Nummer gesperrt und bekomme keine Nachrichten mehr.',
    'Check whether the IP of your mail server is blacklisted',
    'When your mail bounces, or your IP is on a blacklist',
    'They return a `421-4.7.28` error for an unusual rate of unsolicited mail from your IP address',
    'To do: find out if the mail server is on a blacklist',
    'The host has no reverse DNS, so its certificate was not issued',
  ];
  for (const text of others) t.same(parse(text).rejections, [], text);
  t.match(onlyBlock('192.0.2.10 is blacklisted'), { ip: '192.0.2.10', reason: 'ip-reputation' });
  t.match(onlyBlock('Your mail server is blacklisted'), { reason: 'ip-reputation' });
  t.match(onlyBlock('Mail of 192.0.2.10 was blocked by our firewall, it is blacklisted'), {
    ip: '192.0.2.10',
  });
  t.end();
});

t.test(
  'advice behind a refusal takes nothing of it back, and mail is known by its words in other languages',
  (t) => {
    const told = [
      'Your mail was rejected because 203.0.113.7 is blacklisted. Please check if your server is compromised.',
      'IP 203.0.113.7 is blacklisted. To request delisting visit https://example.net/delist',
      'Your IP 203.0.113.7 has been blocked; see our website for details',
      'We no longer accept mail from 203.0.113.7 because of abuse; the address is blacklisted',
      'Sending server listed on multiple DNSBL',
      'Absender-IP 203.0.113.7 ist gesperrt. Bitte prüfen Sie, ob Ihr Server Spam verschickt.',
      'E-Mails von Ihrem Server werden wegen schlechter Reputation der IP blockiert.',
      'La IP del remitente está en una lista negra',
      "L'IP de l'expéditeur est sur liste noire",
      'Het bericht is geweigerd omdat de verzendende server geen reverse DNS heeft.',
      'Poczta z serwera 203.0.113.7 jest blokowana z powodu złej reputacji adresu IP.',
      'IP nadawcy jest na czarnej liście',
      'No reverse DNS entry was found for you, so you are greylisted for half an hour.',
    ];
    for (const text of told) t.equal(parse(text).rejections.length, 1, text);
    const untold = [
      'The newsletter about blacklists was delivered to 3,000 recipients.',
      'After two days on a blacklist, mail from 203.0.113.20 is accepted again.',
      'Die Mail wurde zugestellt, die IP ist auf keiner Blacklist.',
      "Notre adresse IP n'est plus sur liste noire, les mails passent.",
      'Nuestra IP ya no está en la lista negra y el correo funciona.',
      'Nosso IP não está mais na lista negra, o e-mail voltou a funcionar.',
      'Ons IP-adres staat niet meer op de blacklist en de mail wordt bezorgd.',
      'Comment savoir si mon serveur mail est sur une liste noire ?',
      '¿Cómo sé si mi servidor de correo está en una lista negra?',
      'Como saber se meu servidor de e-mail está em uma lista negra?',
      'Hoe controleer ik of mijn mailserver op een blacklist staat?',
      "Le pare-feu a bloqué l'adresse 203.0.113.7 pour balayage de ports.",
      'Access to this website from 203.0.113.7 has been blocked',
    ];
    for (const text of untold) t.same(parse(text).rejections, [], text);
    t.end();
  },
);

t.test('a number in front of a word is no reply code because of the word', (t) => {
  t.same(parse('554Tage im Jahr: unser Rundbrief').rejections, []);
  t.same(parse('The line has\n550Mbit.').rejections, []);
  t.match(parse('550Message refused as spam').rejections, [{ replyCode: '550', reason: 'content' }]);
  t.end();
});

t.test(
  'codes that a server is said to have given are a reply, in whatever letters; those that are talked about are none',
  (t) => {
    const line = (reply: string): string =>
      `Jan  9 08:00:01 mx postfix/smtp[7]: A1B2C3: to=<a@example.net>, relay=mx.example.net[203.0.113.99]:25, delay=1, dsn=5.7.1, status=bounced (host mx.example.net[203.0.113.99] said: ${reply} (in reply to RCPT TO command))`;
    t.match(onlyBlock(line('"550 5.7.1"')), { enhancedCode: '5.7.1', recipient: 'a@example.net' });
    t.match(onlyBlock('Server meldet "550 邮件内容被拒收" seit gestern, was heißt das'), {
      replyCode: '550',
      text: '550 邮件内容被拒收',
    });
    t.same(parse('I get “550 5.7.1” errors from Outlook').rejections, []);
    t.end();
  },
);

t.test('what webmail and events put around a reply is none of its words', (t) => {
  const rows = [
    [
      'SMTP Error (550): Failed to add recipient "a@example.net" (5.7.1 Your IP 203.0.113.7 (web3) is blacklisted).',
      '550 5.7.1 Your IP 203.0.113.7 (web3) is blacklisted',
    ],
    [
      'Erreur SMTP (550) : Impossible d’ajouter le destinataire « a@example.net » (5.7.1 IP 203.0.113.7 bloquée).',
      '550 5.7.1 IP 203.0.113.7 bloquée',
    ],
    [
      '"delivery-status": {"code": 550, "message": "5.7.1 IP 203.0.113.7 is blacklisted", "attempt-no": 3}',
      '550 5.7.1 IP 203.0.113.7 is blacklisted',
    ],
  ];
  for (const [text = '', reply] of rows)
    t.match(onlyBlock(text), { ip: '203.0.113.7', replyCode: '550', enhancedCode: '5.7.1', text: reply });
  t.end();
});
