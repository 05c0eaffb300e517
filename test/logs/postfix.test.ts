import t from 'tap';
import { OUTLOOK, onlyRow, postfix, S3150, scan } from './scanning.fixture.ts';

const RELAY = `relay=${OUTLOOK}[203.0.113.33]:25, delay=1.2, delays=0.1/0/0.8/0.3`;
const SENT = `to=<a@outlook.com>, ${RELAY}, dsn=2.6.0, status=sent (250 2.6.0 <1@example.com> [InternalId=1] Queued mail for delivery)`;
const refused = (said: string, status = 'bounced', to = 'a@outlook.com'): string =>
  `to=<${to}>, ${RELAY}, dsn=5.7.1, status=${status} (host ${OUTLOOK}[203.0.113.33] said: ${said} (in reply to MAIL FROM command))`;

t.test('a delivery that was accepted: codes, receiver, and what it was sent through', (t) => {
  t.same(onlyRow(postfix(SENT)), {
    minute: '2026-01-09T08:00Z',
    address: null,
    via: 'mx-out1 postfix-12/smtp',
    provider: 'outlook-com',
    outcome: 'accepted',
    reason: null,
    rule: null,
    replyCode: '250',
    enhancedCode: '2.6.0',
    blockCode: null,
    count: 1,
    domains: [{ domain: 'outlook.com', count: 1 }],
    samples: [],
  });
  t.end();
});

t.test('a refusal: the address of the reply, and the line itself', (t) => {
  const line = postfix(refused(S3150));
  t.same(onlyRow(line), {
    minute: '2026-01-09T08:00Z',
    address: '192.0.2.10',
    via: 'mx-out1 postfix-12/smtp',
    provider: 'outlook-com',
    outcome: 'refused',
    reason: 'ip-reputation',
    rule: onlyRow(line).rule,
    replyCode: '550',
    enhancedCode: '5.7.1',
    blockCode: 'S3150',
    count: 1,
    domains: [{ domain: 'outlook.com', count: 1 }],
    samples: [line.trimEnd()],
  });
  t.match(onlyRow(line).rule, /^outlook-com\//);
  t.end();
});

t.test('rows are by minute, sender, provider and codes; recipients are counted by domain', (t) => {
  const log = [
    postfix(SENT),
    postfix(SENT.replace('a@outlook.com', 'b@Hotmail.com.')),
    postfix(SENT),
    postfix(SENT, 'Jan  9 08:00:59 mx-out1 postfix-12/smtp[58]: B2'),
    postfix(SENT, 'Jan  9 08:01:00 mx-out1 postfix-12/smtp[58]: B3'),
    postfix(SENT, 'Jan  9 08:00:59 mx-out1 postfix-13/smtp[58]: B4'),
    postfix(SENT, 'Jan  9 08:00:58 mx-out2 postfix-12/smtp[58]: B5'),
    postfix(SENT.replace('250 2.6.0', '250 2.0.0')),
  ];
  const rows = scan(log.join(''));
  t.same(
    rows.map((row) => [row.minute, row.via, row.enhancedCode, row.count]),
    [
      ['2026-01-09T08:00Z', 'mx-out1 postfix-12/smtp', '2.6.0', 4],
      ['2026-01-09T08:01Z', 'mx-out1 postfix-12/smtp', '2.6.0', 1],
      ['2026-01-09T08:00Z', 'mx-out1 postfix-13/smtp', '2.6.0', 1],
      ['2026-01-09T08:00Z', 'mx-out2 postfix-12/smtp', '2.6.0', 1],
      ['2026-01-09T08:00Z', 'mx-out1 postfix-12/smtp', '2.0.0', 1],
    ],
  );
  t.same(rows[0]?.domains, [
    { domain: 'outlook.com', count: 3 },
    { domain: 'hotmail.com', count: 1 },
  ]);
  t.end();
});

t.test('stamps: classic, RFC 3339 with a zone, and without one in the zone that was given', (t) => {
  const at = (stamp: string, timeZone?: string) =>
    onlyRow(postfix(SENT, `${stamp} mx postfix/smtp[1]: B1`), timeZone ? { timeZone } : {}).minute;
  t.equal(at('Jan  9 08:00:01'), '2026-01-09T08:00Z');
  t.equal(at('Jan 09 08:00:01'), '2026-01-09T08:00Z', 'as journalctl writes it');
  t.equal(at('Jan  9 08:00:01', 'Europe/Berlin'), '2026-01-09T07:00Z');
  t.equal(at('Dec 31 23:59:59'), '2025-12-31T23:59Z', 'of the year before');
  t.equal(at('2026-01-09T08:00:01.577355+09:00', 'Europe/Berlin'), '2026-01-08T23:00Z');
  t.equal(at('2026-01-09T08:00:01Z', 'Europe/Berlin'), '2026-01-09T08:00Z');
  t.equal(at('2026-01-09T08:00:01+0200'), '2026-01-09T06:00Z');
  t.equal(at('2026-01-09T08:00:01', 'Europe/Berlin'), '2026-01-09T07:00Z');
  const zones = ['+00:00', '+02:00', 'Z', '', '-05:30'].map((zone) => `2026-01-09T08:00:01${zone}`);
  const log = zones.map((stamp) => postfix(SENT, `${stamp} mx postfix/smtp[1]: B1`)).join('');
  t.same(
    scan(log).map((row) => [row.minute, row.count]),
    [
      ['2026-01-09T08:00Z', 3],
      ['2026-01-09T06:00Z', 1],
      ['2026-01-09T13:30Z', 1],
    ],
    'another zone in the same minute is another time',
  );
  t.end();
});

t.test('a stamp without a year is read by the clock of the moment', (t) => {
  let now = new Date('2026-12-31T23:59:30Z');
  const line = postfix(SENT, 'Dec 31 23:59:10 mx postfix/smtp[1]: B1');
  const reading = { now: () => now };
  t.equal(onlyRow(line, reading).minute, '2026-12-31T23:59Z');
  now = new Date('2027-12-31T23:59:30Z');
  t.equal(onlyRow(line, reading).minute, '2027-12-31T23:59Z');
  t.end();
});

t.test('clock-jumps: stamps that go forward and back count each in its own minute, and none is lost', (t) => {
  const minutes = ['10:00', '13:30', '09:59', '10:00', '13:30', '10:00', '09:59', '10:01'];
  const stamped = minutes.map((at) => postfix(SENT, `2026-11-20T${at}:07+00:00 mx postfix/smtp[1]: B1`));
  const counts = new Map(scan(stamped.join('')).map((row) => [row.minute.slice(11, 16), row.count]));
  t.strictSame(
    counts,
    new Map([
      ['10:00', 3],
      ['13:30', 2],
      ['09:59', 2],
      ['10:01', 1],
    ]),
  );
  t.end();
});

t.test('what is no delivery to others is not counted', (t) => {
  const others = [
    postfix(
      'to=<a@example.org>, relay=local, delay=0.1, dsn=2.0.0, status=sent (delivered to mailbox)',
      'Jan  9 08:00:01 mx postfix/local[1]: B1',
    ),
    postfix(
      'to=<a@example.org>, relay=virtual, delay=0.1, dsn=2.0.0, status=sent (delivered to maildir)',
      'Jan  9 08:00:01 mx postfix/virtual[1]: B1',
    ),
    postfix(
      'to=<a@example.org>, relay=mx.example.org[/var/run/lmtp], dsn=2.0.0, status=sent (250 2.0.0 ok)',
      'Jan  9 08:00:01 mx postfix/lmtp[1]: B1',
    ),
    postfix(
      'to=<a@example.org>, relay=127.0.0.1[127.0.0.1]:10024, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok)',
    ),
    postfix(
      'to=<a@example.org>, relay=store.example.net[10.0.0.7]:25, dsn=2.0.0, status=sent (250 2.0.0 Ok)',
    ),
    postfix(
      'to=<a@example.org>, relay=mx.example.org[203.0.113.5]:25, dsn=2.1.5, status=deliverable (250 2.1.5 Ok)',
    ),
    postfix('host mx.example.org[203.0.113.5] said: 451 4.7.1 try later (in reply to RCPT TO command)'),
    'Jan  9 08:00:01 mx postfix/qmgr[911]: B1: removed\n',
    'Jan  9 08:00:01 mx postfix/smtp[9]: connect to mx.example.org[203.0.113.5]:25: Connection timed out\n',
    'Jan  9 08:00:01 mx postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[192.0.2.99]: 554 5.7.1 blocked; from=<a@example.com> to=<b@example.net>\n',
    'Jan  9 08:00:01 mx dovecot[9]: lmtp(1): to=<a@example.org>, relay=x[203.0.113.1], status=sent (250 ok)\n',
  ];
  for (const line of others) t.same(scan(line), [], line);
  t.end();
});

t.test('ordinary bounces and trouble of the network are not counted', (t) => {
  const plain = (words: string): string =>
    `to=<a@example.org>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (${words})`;
  const lines = [
    refused('550 5.1.1 <a@outlook.com>: Recipient address rejected: User unknown', 'bounced'),
    refused("552 5.2.2 The recipient's mailbox is full", 'bounced'),
    refused('554 5.7.1 <a@outlook.com>: Relay access denied', 'bounced'),
    plain('connect to mx.example.org[203.0.113.5]:25: Connection timed out'),
    plain('lost connection with mx.example.org[203.0.113.5] while receiving the initial server greeting'),
    plain('conversation with mx.example.org[203.0.113.5] timed out while sending message body'),
    plain(
      'Host or domain name not found. Name service error for name=example.org type=MX: Host not found, try again',
    ),
    plain('TLS is required, but was not offered by host mx.example.org[203.0.113.5]'),
  ];
  for (const line of lines) t.same(scan(postfix(line)), [], line);
  t.end();
});

t.test(
  'deferred or refused is what the reply says; a refused greeting counts, and so does its repetition',
  (t) => {
    const rate =
      '451 4.7.650 The mail server [192.0.2.20] has been temporarily rate limited due to IP reputation. (S775)';
    t.match(onlyRow(postfix(refused(rate, 'deferred'))), { outcome: 'deferred', blockCode: 'S775' });
    const greeting = `host ${OUTLOOK}[203.0.113.33] refused to talk to me: ${rate}`;
    const log = [
      postfix(`to=<a@outlook.com>, ${RELAY}, dsn=4.7.650, status=deferred (${greeting})`),
      postfix(
        `to=<b@outlook.com>, relay=none, delay=2, delays=2/0/0/0, dsn=4.7.650, status=deferred (delivery temporarily suspended: ${greeting})`,
      ),
      postfix(
        `to=<c@outlook.com>, relay=none, delay=2, delays=2/0/0/0, dsn=4.7.650, status=deferred (delivery temporarily suspended: ${greeting})`,
        'Jan  9 08:00:01 mx-out1 postfix-12/error[58]: B9',
      ),
    ];
    t.match(
      scan(log.join('')).map((row) => [row.via, row.outcome, row.address, row.count]),
      [
        ['mx-out1 postfix-12/smtp', 'deferred', '192.0.2.20', 2],
        ['mx-out1 postfix-12/error', 'deferred', '192.0.2.20', 1],
      ],
    );
    t.end();
  },
);

t.test('many lines of one outline: each has its own address', (t) => {
  const log = Array.from({ length: 40 }, (_, at) =>
    postfix(refused(S3150.replace('192.0.2.10', `192.0.2.${(at % 4) + 1}`), 'bounced', `u${at}@outlook.com`)),
  );
  t.match(
    scan(log.join('')).map((row) => [row.address, row.count, row.samples.length]),
    [1, 2, 3, 4].map((last) => [`192.0.2.${last}`, 10, 3]),
  );
  t.end();
});

t.test('the address that was given holds where nothing else says one', (t) => {
  const address = '2001:db8::7';
  t.equal(onlyRow(postfix(SENT), { address }).address, address);
  t.equal(onlyRow(postfix(refused(S3150)), { address }).address, '192.0.2.10');
  t.equal(onlyRow(postfix(refused('554 5.7.1 bad reputation')), { address }).address, address);
  t.end();
});

t.test('the receiver is told by its host, else by the domain', (t) => {
  const sent = (to: string, host: string): string =>
    postfix(
      `to=<${to}>, relay=${host}[203.0.113.5]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 OK)`,
    );
  t.equal(onlyRow(sent('a@example.org', OUTLOOK)).provider, 'outlook-com');
  t.equal(onlyRow(sent('a@gmail.com', 'filter.example.net')).provider, 'gmail');
  t.equal(onlyRow(sent('a@example.org', 'mx.example.org')).provider, null);
  t.end();
});

t.test('samples are as the log has them: UTF-8 where it is, else as Latin-1', (t) => {
  const line = postfix(refused('554 5.7.1 bad reputation: Nachricht für [192.0.2.10] zurückgewiesen'));
  t.match(onlyRow(line).samples, [/für \[192\.0\.2\.10\] zurückgewiesen/]);
  t.match(onlyRow(Buffer.from(line, 'latin1')).samples, [/für \[192\.0\.2\.10\] zurückgewiesen/]);
  t.end();
});

t.test('a forged field in somebody else’s words is not taken for one of ours', (t) => {
  const said =
    '554 5.7.1 bad reputation, relay=gmail-smtp-in.l.google.com[203.0.113.9]:25, dsn=2.0.0, status=sent (250 2.0.0 OK)';
  t.match(onlyRow(postfix(refused(said))), { provider: 'outlook-com', outcome: 'refused', replyCode: '554' });
  t.end();
});

t.test('container and syslog prefixes, carriage returns, NULs of a truncated file', (t) => {
  const line = postfix(SENT).trimEnd();
  for (const dressed of [`mta-1  | ${line}`, `<22>${line}`, `${line}\r`, `\0\0\0${line}`])
    t.match(onlyRow(`${dressed}\n`), { provider: 'outlook-com', count: 1 }, dressed);
  t.end();
});
