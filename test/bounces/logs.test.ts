import t from 'tap';
import { onlyBlock, onlyNotBlock, parse } from './parsing.fixture.ts';

const RATE =
  '451 4.7.650 The mail server [192.0.2.20] has been temporarily rate limited due to IP reputation. (S775)';
const HOST = 'outlook-com.olc.protection.outlook.com';

t.test('Postfix, with classic and with RFC 3339 stamps', (t) => {
  const rest = `postfix/smtp[58]: B1B14: to=<a@outlook.com>, orig_to=<x@example.net>, relay=${HOST}[203.0.113.33]:25, delay=1.2, delays=0.1/0/0.8/0.3, dsn=4.7.650, status=deferred (host ${HOST}[203.0.113.33] said: ${RATE} (in reply to MAIL FROM command))`;
  const facts = {
    provider: 'outlook-com',
    ip: '192.0.2.20',
    blockCode: 'S775',
    temporary: true,
    recipient: 'a@outlook.com',
    recipientDomain: 'outlook.com',
    mx: HOST,
  };
  t.match(onlyBlock(`Jan  9 08:00:01 mx1 ${rest}`), {
    ...facts,
    at: '2026-01-09T08:00:01.000Z',
    atGuessed: true,
  });
  t.match(onlyBlock(`2026-01-09T08:00:01.5+02:00 mx1 ${rest}`), {
    ...facts,
    at: '2026-01-09T06:00:01.500Z',
    atGuessed: false,
  });
  t.match(onlyBlock(rest), { ...facts, at: null });
  t.end();
});

t.test('a code that a host said is one, though counted things may follow', (t) => {
  for (const words of ['Messages from your location are refused', 'Mails of 192.0.2.20 are refused']) {
    const line = `Jan  9 08:00:01 mx1 postfix/smtp[58]: B1B14: to=<a@example.net>, relay=mx1.example.net[203.0.113.9]:25, delay=1.2, delays=0.1/0/0.8/0.3, dsn=5.0.0, status=bounced (host mx1.example.net[203.0.113.9] said: 550 ${words} (in reply to RCPT TO command))`;
    t.match(onlyBlock(line), { replyCode: '550', temporary: false, text: `550 ${words}` }, words);
  }
  t.end();
});

t.test(
  'Postfix: lines of other daemons and deliveries are passed over; a suspended delivery repeats the error',
  (t) => {
    const said = `host ${HOST}[203.0.113.33] refused to talk to me: ${RATE}`;
    const log = [
      'Jan  9 08:00:00 mx1 postfix/pickup[1]: B1: uid=0 from=<spam@example.com>',
      'Jan  9 08:00:00 mx1 postfix/cleanup[1]: B1: message-id=<blocked.by@example.com>',
      'Jan  9 08:00:00 mx1 postfix/qmgr[1]: B1: from=<s@example.com>, size=450, nrcpt=2 (queue active)',
      `Jan  9 08:00:01 mx1 postfix/smtp[2]: B1: to=<a@outlook.com>, relay=${HOST}[203.0.113.33]:25, dsn=4.7.650, status=deferred (${said})`,
      `Jan  9 08:00:02 mx1 postfix/smtp[2]: B2: to=<b@outlook.com>, relay=none, dsn=4.7.650, status=deferred (delivery temporarily suspended: ${said})`,
      'Jan  9 08:00:03 mx1 postfix/smtp[2]: B1: to=<c@example.net>, relay=mx.example.net[203.0.113.3]:25, dsn=2.0.0, status=sent (250 2.0.0 OK not spam)',
      'Jan  9 08:00:04 mx1 postfix/qmgr[1]: B1: removed',
    ];
    t.match(onlyBlock(log.join('\n')), { line: 4, seen: 2 });
    t.end();
  },
);

t.test('Exim main log', (t) => {
  const failed = `2026-01-09 08:00:00 1abcDE-000000001fg-XYZ0 ** a@outlook.com R=dnslookup T=remote_smtp H=${HOST} [203.0.113.33] X=TLS1.2:x:256: SMTP error from remote mail server after MAIL FROM:<s@example.com> SIZE=2472: 550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent (S3140)`;
  t.match(onlyBlock(failed), {
    provider: 'outlook-com',
    ip: '192.0.2.10',
    recipient: 'a@outlook.com',
    mx: HOST,
    at: '2026-01-09T08:00:00.000Z',
  });
  t.match(onlyBlock(failed.replace('**', '==').replace(': SMTP', ' defer (-45): SMTP')), {
    recipient: 'a@outlook.com',
  });
  t.same(
    parse(
      '2026-01-09 08:00:00 1abcDE-0001fg-XY => a@gmail.com R=d T=r H=mx [203.0.113.9] C="250 2.0.0 OK spam"',
    ).rejections,
    [],
  );
  t.match(
    parse(
      '2026-01-09 08:00:00 1abcDE-0001fg-XY ** a@outlook.com R=d T=r H=mx.example.net [203.0.113.9]: SMTP error from remote mail server after initial connection: 554 no',
    ).rejections,
    [{ reason: 'ip-reputation' }],
  );
  t.end();
});

t.test('Sendmail', (t) => {
  const line = `Jan  9 08:00:00 mx sm-mta[123]: q41A0abc012345: to=<a@outlook.com>, ctladdr=<s@example.com> (0/0), delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=${HOST}. [203.0.113.9], dsn=4.7.650, reply=${RATE}, stat=Deferred: ${RATE}`;
  const found = onlyBlock(line);
  t.match(found, { recipient: 'a@outlook.com', mx: HOST, ip: '192.0.2.20', blockCode: 'S775' });
  t.notMatch(found.text, /stat=/);
  t.end();
});

t.test('OpenSMTPD: the source is our address; a refused greeting is tied to the delivery after it', (t) => {
  const delivery =
    'Jan  9 08:00:00 mx smtpd[45]: 8f4864084ecc48f4 mta event=delivery evpid=7077717e797a776e from=<s@example.com> to=<b@example.org> rcpt=<-> source="192.0.2.10" relay="203.0.113.33 (mx.example.org)" delay=1s result="PermFail" stat="550 5.7.1 bad reputation"';
  t.match(onlyBlock(delivery), {
    ip: '192.0.2.10',
    mx: 'mx.example.org',
    recipient: 'b@example.org',
    reason: 'ip-reputation',
  });
  const greeting = [
    'Jan  9 08:00:00 mx smtpd[1]: 9bbe1b1a0056d0c9 mta connecting address=smtp://203.0.113.3:25 host=mx00.t-online.de',
    'Jan  9 08:00:00 mx smtpd[1]: 9bbe1b1a0056d0c9 mta error reason=BANNER rejected: 554 IP=192.0.2.10 - A problem occurred. Ask tosa@rx.t-online.de (BL)',
    'Jan  9 08:04:00 mx smtpd[1]: 0000000000000000 mta delivery evpid=581c4abda3f3840e from=<s@example.com> to=<b@t-online.de> rcpt=<-> source="-" relay="mx00.t-online.de" delay=1s result="TempFail" stat="Network error on destination MXs"',
  ];
  t.match(parse(greeting.join('\n')).rejections, [
    { provider: 't-online', ip: '192.0.2.10', recipient: 'b@t-online.de', blockCode: 'BL' },
  ]);
  t.end();
});

t.test('qmail: the recipient stands on an earlier line, blanks are underscores', (t) => {
  const log = [
    '@400000006590a00000000000 starting delivery 7: msg 11 to remote a@orange.fr',
    '@400000006590a00000000000 status: local 0/10 remote 1/20',
    '@400000006590a00000000000 delivery 7: failure: Connected_to_203.0.113.5_but_sender_was_rejected./Remote_host_said:_550_5.2.0_Mail_rejete._Mail_rejected._ofr_506_[506]/',
  ];
  t.match(onlyBlock(log.join('\n')), {
    provider: 'orange-fr',
    recipient: 'a@orange.fr',
    replyCode: '550',
    enhancedCode: '5.2.0',
    blockCode: 'ofr_506',
    ip: null,
  });
  t.end();
});

t.test('Haraka, in its own and in the logfmt form', (t) => {
  const uuid = 'C5B2DB84-4AFD-4E9A-AAE3-BEFA7C7DEF43.1.1';
  const own = [
    `2026-01-09T08:00:00.000Z [INFO] [${uuid}] [outbound] Attempting to deliver to: mx.example.org:25 (0) (203.0.113.4) for <a@example.org>`,
    `2026-01-09T08:00:01.000Z [INFO] [${uuid}] [outbound] bouncing mail: 554 5.7.1 Client host [192.0.2.10] blocked using bl.spamcop.net`,
  ];
  t.match(onlyBlock(own.join('\n')), {
    recipient: 'a@example.org',
    mx: 'mx.example.org',
    ip: '192.0.2.10',
    listOwner: 'spamcop',
    at: '2026-01-09T08:00:01.000Z',
  });
  t.match(
    onlyBlock(
      `level=NOTICE uuid=${uuid} source=outbound message="recipient <a@example.org> rejected: 550 5.7.1 bad reputation"`,
    ),
    { recipient: 'a@example.org' },
  );
  t.end();
});

t.test('PowerMTA accounting, with and without its header line, columns in any order', (t) => {
  const header = 'type,rcpt,dsnDiag,dsnMta,dlvSourceIp,timeLogged';
  const row = `b,a@outlook.com,"smtp;550 5.7.1 Unfortunately, messages weren't sent, ""sorry"" (S3150)",${HOST} (203.0.113.33),192.0.2.10,2026-01-09 10:00:00+0200`;
  t.match(
    onlyBlock(
      `${header}\n${row}\nd,b@example.org,smtp;250 2.0.0 OK,mx.example.org (203.0.113.3),192.0.2.10,2026-01-09 10:00:00+0200`,
    ),
    { line: 2, recipient: 'a@outlook.com', ip: '192.0.2.10', mx: HOST, at: '2026-01-09T08:00:00.000Z' },
  );
  const full = `b,2026-01-09 10:00:00+0000,2026-01-09 09:59:58+0000,s@example.com,a@outlook.com,,failed,5.7.1 (x),"smtp;${RATE}",${HOST} (203.0.113.33),spam-related,smtp,,smtp,192.0.2.10,203.0.113.33,"PIPELINING",1,v,j,,q,p`;
  t.match(onlyBlock(full), { recipient: 'a@outlook.com', ip: '192.0.2.20', blockCode: 'S775' });
  t.end();
});

t.test('journald export', (t) => {
  const entry = {
    MESSAGE: `B1: to=<a@outlook.com>, relay=${HOST}[203.0.113.33]:25, dsn=4.7.650, status=deferred (host ${HOST}[203.0.113.33] said: ${RATE} (in reply to MAIL FROM command))`,
    SYSLOG_IDENTIFIER: 'postfix/smtp',
    _SOURCE_REALTIME_TIMESTAMP: '1767945600000000',
  };
  t.match(onlyBlock(`${JSON.stringify({ MESSAGE: 'B1: removed' })}\n${JSON.stringify(entry)}`), {
    line: 2,
    recipient: 'a@outlook.com',
    at: '2026-01-09T08:00:00.000Z',
    atGuessed: false,
  });
  t.end();
});

t.test('Exchange: protocol log and message tracking', (t) => {
  const protocol = [
    '#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context',
    '2026-01-09T08:00:00.000Z,Send,AB,1,192.0.2.10:2508,203.0.113.8:25,>,RCPT TO:<a@example.org>,',
    '2026-01-09T08:00:01.000Z,Send,AB,2,192.0.2.10:2508,203.0.113.8:25,<,"550 5.7.1 blocked, bad reputation",',
  ];
  t.match(onlyBlock(protocol.join('\n')), {
    line: 3,
    recipient: 'a@example.org',
    ip: '192.0.2.10',
    reason: 'ip-reputation',
    at: '2026-01-09T08:00:01.000Z',
  });
  const tracking =
    'Recipients : {a@example.org}\nRecipientStatus : {[{LED=550 5.7.1 blocked using zen.spamhaus.org, 192.0.2.10};{MSG=};{FQDN=mx.example.org};{IP=203.0.113.2};{LRT=x}]}';
  t.match(onlyBlock(tracking), { recipient: 'a@example.org', ip: '192.0.2.10', listOwner: 'spamhaus' });
  t.end();
});

t.test('our own server refusing others counts only when nothing else is there', (t) => {
  const inbound =
    'Jan  9 08:00:00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.99]: 554 5.7.1 Service unavailable; Client host [192.0.2.99] blocked using zen.spamhaus.org; from=<a@example.com> to=<b@example.net> proto=ESMTP helo=<x>';
  t.match(onlyBlock(inbound), { provider: null, ip: '192.0.2.99', listOwner: 'spamhaus' });
  const both = parse(
    `${inbound}\nhost mx.example.org[203.0.113.1] said: 550 5.7.1 bad reputation of 192.0.2.1`,
  );
  t.match(both.rejections, [{ ip: '192.0.2.1' }]);
  t.equal(both.rejections.length, 1);
  t.match(both.notes.join('\n'), /our own server/);
  t.end();
});

t.test('trouble that is no block', (t) => {
  t.match(
    onlyNotBlock(
      'Jan  9 08:00:00 mx postfix/smtp[1]: connect to mx.example.org[203.0.113.5]:25: Connection refused',
    ),
    { reason: 'not-a-block' },
  );
  t.match(
    onlyNotBlock(
      'Jan  9 08:00:00 mx postfix/smtp[1]: A1: to=<a@gmail.com>, relay=none, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=gmail.com type=MX: Host not found, try again)',
    ),
    { reason: 'not-a-block' },
  );
  t.end();
});

t.test('SmarterMail: the delivery is put together from its lines, a reply from its own', (t) => {
  const lines = [
    '[2025.12.20] 00:04:41.315 [55042] Connection to 203.0.113.25:25 from 192.0.2.20:51234 succeeded (Id: 1)',
    '[2025.12.20] 00:04:41.500 [55042] RSP: 220 mx.example.net ESMTP',
    '[2025.12.20] 00:04:41.710 [55042] CMD: MAIL FROM:<s@example.com> SIZE=2035',
    '[2025.12.20] 00:04:41.900 [55042] RSP: 250 2.1.0 Ok',
    '[2025.12.20] 00:04:41.910 [55042] CMD: RCPT TO:<a@outlook.com>',
    '[2025.12.20] 00:04:42.100 [55042] RSP: 451-4.7.650 The mail server [192.0.2.20] has been temporarily',
    '[2025.12.20] 00:04:42.101 [55042] RSP: 451 4.7.650 rate limited due to IP reputation. (S775)',
    '[2025.12.20] 00:04:42.110 [55042] CMD: QUIT',
    '[2025.12.20] 00:04:42.220 [55042] Delivery for s@example.com to a@outlook.com has completed (Bounced)',
  ];
  t.match(onlyBlock(lines.join('\n')), {
    provider: 'outlook-com',
    ip: '192.0.2.20',
    blockCode: 'S775',
    recipient: 'a@outlook.com',
    at: '2025-12-20T00:04:42.101Z',
    text: '451 4.7.650 The mail server [192.0.2.20] has been temporarily rate limited due to IP reputation. (S775)',
  });
  t.match(
    onlyBlock(
      '00:04:42 [55042] RSP: 554 5.7.1 Client host [192.0.2.20] blocked using zen.spamhaus.org\n00:04:42 [55042] CMD: QUIT',
    ),
    { ip: '192.0.2.20', text: '554 5.7.1 Client host [192.0.2.20] blocked using zen.spamhaus.org' },
  );
  t.end();
});

t.test('log lines in a list, as places for pasted text number them', (t) => {
  const line = (n: number) =>
    `Feb 1 12:40:2${n} mx postfix/smtp[58]: B${n}: to=<a@outlook.com>, relay=mx.example.net[203.0.113.9]:25, dsn=5.7.1, status=bounced (host mx.example.net[203.0.113.9] said: 550 5.7.1 Part of 192.0.2.1${n}'s network is on our block list (S3150))`;
  const removed = 'Feb 1 12:40:26 mx postfix/qmgr[59]: B1: removed';
  for (const sign of [() => '- ', () => '* ', (n: number) => `  ${n}. `]) {
    const log = [line(1), removed, line(2)].map((text, n) => `${sign(n + 9)}${text}`).join('\n');
    t.match(
      parse(log).rejections,
      [1, 2].map((n) => ({ ip: `192.0.2.1${n}`, blockCode: 'S3150', recipientDomain: 'outlook.com' })),
      log.slice(0, 12),
    );
  }
  t.end();
});

t.test('what our own filter or mail server found of our own mail is no answer', (t) => {
  const checks =
    '[2025.12.20] 00:04:41 [55042] Spam check results: [BARRACUDA: failed], [ZEN.SPAMHAUS.ORG: passed]';
  t.same(parse(checks).rejections, []);
  const own =
    '2026-01-09 08:00:00 1abcDE-000000001fg-XYZ0 F=<s@example.com> rejected by non-SMTP ACL: "found an outgoing message to be spam"';
  t.match(parse(own).rejections, [{ provider: null }]);
  const other =
    '2026-01-09 08:00:00 1abcDE-000000001fg-XYZ1 ** a@outlook.com R=d T=r H=mx.example.net [203.0.113.9]: SMTP error from remote mail server after end of data: 550 5.7.1 192.0.2.10 is on our block list (S3150)';
  t.match(
    parse(`${own}\n${other}`).rejections,
    [{ blockCode: 'S3150' }],
    'beside an answer it counts for nothing',
  );
  t.equal(parse(`${own}\n${other}`).rejections.length, 1);
  t.end();
});
