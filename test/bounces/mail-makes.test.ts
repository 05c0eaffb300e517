import t from 'tap';
import { onlyBlock, parse } from './parsing.fixture.ts';

const REFUSED = '550 5.7.1 Client host [192.0.2.10] refused, poor reputation';
const HEAD = [
  'From: Mail Delivery System <MAILER-DAEMON@mx.example.com>',
  'To: <s@example.com>',
  'Subject: Mail delivery failed',
  'Date: Fri, 9 Jan 2026 08:00:00 +0000',
];
const RETURNED = ['', 'Received: from x (x [198.51.100.200]) by mx.example.com', 'Subject: hello'];
const mail = (fields: string[], ...body: string[]): string => [...HEAD, ...fields, '', ...body].join('\n');
const FACTS = {
  ip: '192.0.2.10',
  recipient: 'a@example.net',
  replyCode: '550',
  text: REFUSED,
  at: '2026-01-09T08:00:00.000Z',
};

t.test('GMX and IONOS name the address in quotes, and the host in words', (t) => {
  const below = ['', '--- The header of the original message is following. ---', ...RETURNED];
  const now = mail(
    [],
    '"a@example.net":',
    `SMTP error from remote server for RCPT TO command, host: mx.example.net (203.0.113.9) reason: ${REFUSED}`,
    ...below,
  );
  t.match(onlyBlock(now), { ...FACTS, mx: 'mx.example.net' });
  const earlier = mail(
    [],
    '"a@example.net":',
    'SMTP error from remote server after RCPT command:',
    'host: mx.example.net',
    '5.7.1 Client host [192.0.2.10] blocked using bl.spamcop.net',
    ...below,
  );
  t.match(onlyBlock(earlier), {
    recipient: 'a@example.net',
    mx: 'mx.example.net',
    replyCode: null,
    enhancedCode: '5.7.1',
    listOwner: 'spamcop',
  });
  t.end();
});

t.test('Courier names address and host above the dialogue', (t) => {
  const input = mail(
    [],
    'UNDELIVERABLE MAIL',
    '',
    '<a@example.net>:',
    '    mx.example.net [203.0.113.9]:',
    ' >>> MAIL FROM:<s@example.com>',
    ` <<< ${REFUSED}`,
  );
  t.match(onlyBlock(input), { ...FACTS, mx: 'mx.example.net' });
  t.end();
});

t.test('MDaemon prints its session with stamps', (t) => {
  const at = ' Fri 2026-01-09 08:00:00:';
  const input = mail(
    [],
    'Failed address: a@example.net',
    '',
    '--- Session Transcript ---',
    `${at} <-- 220 mx.example.net ESMTP`,
    `${at} --> RCPT To:<a@example.net>`,
    `${at} <-- ${REFUSED}`,
    `${at} --> QUIT`,
    '--- End Transcript ---',
  );
  t.match(onlyBlock(input), FACTS);
  t.end();
});

t.test('the field that names who failed is used when it names one', (t) => {
  const body = ['The mail system said:', '', `    ${REFUSED}`];
  t.match(onlyBlock(mail(['X-Failed-Recipients: a@example.net'], ...body)), FACTS);
  t.match(onlyBlock(mail(['X-Failed-Recipients: a@example.net, b@example.net'], ...body)), {
    recipient: null,
  });
  t.end();
});

t.test('the recipient is where the mail went in the end, not the alias that it was sent to', (t) => {
  const fields = [
    'Final-Recipient: rfc822; a@example.net',
    'Original-Recipient: rfc822; alias@example.com',
    'Action: failed',
    'Remote-MTA: dns; mx.example.net. (203.0.113.9, the server for the domain)',
    `Diagnostic-Code: smtp; ${REFUSED}`,
  ];
  t.match(onlyBlock(fields.join('\n')), { recipient: 'a@example.net', mx: 'mx.example.net' });
  t.match(onlyBlock(fields.slice(1).join('\n')), { recipient: 'alias@example.com' });
  t.end();
});

t.test('fields of a report that were pasted alone count once, with their date', (t) => {
  const found = parse(
    [
      'Reporting-MTA: dns; mx.example.com',
      'Arrival-Date: Fri, 9 Jan 2026 08:00:00 +0000',
      '',
      'Final-Recipient: rfc822; a@example.net',
      'Action: failed',
      'Diagnostic-Code: smtp; 550-5.7.1 Client host [192.0.2.10]',
      '    550 5.7.1 refused, poor reputation',
    ].join('\n'),
  );
  t.match(found, { format: 'bounce', rejections: [{ ...FACTS, seen: 1 }], notBlocks: [] });
  t.end();
});

t.test(
  'qmail that tried several hosts: its own code and what the others said are no part of the reply',
  (t) => {
    const input = mail(
      [],
      "Hi. This is the qmail-send program at mx.example.com. I'm afraid I wasn't able to deliver your message.",
      '',
      '<a@example.net>:',
      'Sorry, no SMTP connection got far enough; most progress was MAIL FROM response; remote host 203.0.113.9 said: 550 bad reputation of 192.0.2.10',
      '. (#5.5.0)',
      '(Other MXes tried: 203.0.113.8 said 421 for greeting; 203.0.113.7 said 421 for greeting.)',
    );
    t.match(onlyBlock(input), {
      recipient: 'a@example.net',
      ip: '192.0.2.10',
      replyCode: '550',
      enhancedCode: null,
      text: '550 bad reputation of 192.0.2.10',
    });
    t.end();
  },
);

t.test('what a mail system says without a code is read where it says nothing else', (t) => {
  const full = mail(
    ['X-Failed-Recipients: a@example.net'],
    'This message was created automatically by mail delivery software.',
    '',
    'A message that you sent could not be delivered. The following address(es) failed:',
    '',
    '  save to /var/mail/a',
    '    mailbox is full',
  );
  t.match(parse(full), {
    format: 'bounce',
    rejections: [],
    notBlocks: [{ reason: 'not-a-block', recipient: 'a@example.net', replyCode: null }],
  });
  const domino = mail(
    [],
    'Your message',
    '',
    '  Subject: hello',
    '',
    'was not delivered to:',
    '',
    '  b@example.net',
    '',
    'because:',
    '',
    '  User b (b@example.net) not listed in Domino Directory',
  );
  t.match(parse(domino).notBlocks, [{ recipient: 'b@example.net', reason: 'not-a-block' }]);
  t.same(
    parse(
      full.replace(/^From: .*$/m, 'From: Anna <anna@example.org>').replace(/^Subject: .*$/m, 'Subject: hi'),
    ).notBlocks,
    [],
    'a person’s words are not',
  );
  t.end();
});

t.test('reports of internationalised mail (RFC 6533)', (t) => {
  const input = mail(
    ['Content-Type: multipart/report; report-type=global-delivery-status; boundary=b'],
    '--b',
    '',
    'Your message was not delivered.',
    '',
    '--b',
    'Content-Type: message/global-delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.com',
    '',
    'Final-Recipient: utf-8; jürgen@example.net',
    'Action: failed',
    `Diagnostic-Code: smtp; ${REFUSED}`,
    '',
    '--b',
    'Content-Type: message/global',
    ...RETURNED,
    '--b--',
  );
  t.match(onlyBlock(input), { ...FACTS, recipient: 'jürgen@example.net' });
  t.end();
});

t.test('Exchange’s own answer about a recipient names no provider: everybody may run Exchange', (t) => {
  const input = mail(
    [],
    'Remote Server returned',
    "'550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'",
  );
  t.match(parse(input).notBlocks, [{ provider: null, enhancedCode: '5.1.10', reason: 'not-a-block' }]);
  t.end();
});

const STATUS = [
  'Reporting-MTA: dns; mx.example.com',
  '',
  'Final-Recipient: rfc822; a@example.net',
  'Action: failed',
  'Status: 5.7.1',
  'Remote-MTA: dns; mx.example.net',
  `Diagnostic-Code: smtp; ${REFUSED}`,
];

t.test('a report that lost its boundaries is read as the text that it is', (t) => {
  const input = mail(
    ['Content-Type: multipart/report; report-type=delivery-status; boundary="b1"'],
    'Your message cannot be delivered:',
    '',
    ...STATUS,
    ...RETURNED,
  );
  t.match(onlyBlock(input), FACTS);
  t.end();
});

t.test('the line of a boundary without its blank belongs to the field above', (t) => {
  const input = mail(
    ['Content-Type: multipart/mixed; boundary="b1"'],
    '--b1',
    'Content-Type: multipart/alternative;',
    'boundary="b2"',
    '',
    '--b2',
    'Content-Type: text/plain',
    '',
    'Error message below:',
    REFUSED,
    '--b2--',
    '--b1--',
  );
  t.match(onlyBlock(input), { ip: '192.0.2.10', text: REFUSED });
  t.end();
});

t.test('a bounce that a gateway of our own sends on in a mail of its own', (t) => {
  const inner = [...HEAD, 'Content-Type: multipart/report; boundary="b2"'];
  const report = ['--b2', 'Content-Type: message/delivery-status', '', ...STATUS, '--b2--'];
  const input = mail(
    ['Content-Type: multipart/mixed; boundary="b1"'],
    '--b1',
    'Content-Type: text/plain',
    '',
    '----- The following addresses had permanent delivery errors -----',
    '--b1',
    'Content-Type: message/rfc822',
    '',
    ...inner,
    '',
    ...report,
    '--b1--',
  );
  t.match(onlyBlock(input), FACTS);
  t.end();
});

t.test('a greeting that welcomes in its first line and refuses in the next', (t) => {
  const greeting = '220-mx.example.net 421 4.7.1 Too many connections from [192.0.2.10]';
  const refused = { replyCode: '421', enhancedCode: '4.7.1', reason: 'rate-limit' };
  t.match(
    onlyBlock(`<a@example.net>: host mx.example.net[203.0.113.9] refused to talk\n    to me: ${greeting}`),
    refused,
  );
  t.match(onlyBlock(`Final-Recipient: rfc822; a@example.net\nDiagnostic-Code: smtp; ${greeting}`), refused);
  t.end();
});

t.test('Sendmail names behind the reason whom the address stands for', (t) => {
  const input = mail(
    ['Content-Type: multipart/report; boundary="b1"'],
    '--b1',
    'Content-Type: text/plain',
    '',
    '   ----- The following addresses had permanent fatal errors -----',
    '<a@example.net>',
    `    (reason: ${REFUSED})`,
    '    (expanded from: <list@example.com>)',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    ...STATUS,
    '--b1--',
  );
  t.match(onlyBlock(input), FACTS);
  t.end();
});
