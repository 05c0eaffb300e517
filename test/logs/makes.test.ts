import t from 'tap';
import { parse } from '../bounces/parsing.fixture.ts';
import { OUTLOOK, onlyRow, S3150, scan } from './scanning.fixture.ts';

const REFUSED = {
  provider: 'outlook-com',
  outcome: 'refused',
  address: '192.0.2.10',
  replyCode: '550',
  enhancedCode: '5.7.1',
  blockCode: 'S3150',
  reason: 'ip-reputation',
};
const ACCEPTED = { outcome: 'accepted', replyCode: '250', count: 1, samples: [] };

t.test('Exim: the interface is our address, the transport what it went through', (t) => {
  const head = '2026-01-09 08:00:00 1abcDE-000000001fg-XYZ0';
  const to = `R=dnslookup T=remote_smtp H=${OUTLOOK} [203.0.113.33] I=[192.0.2.77]:41234 X=TLS1.3:x:256 CV=yes`;
  t.match(
    onlyRow(`${head} => a@outlook.com ${to} C="250 2.6.0 <1@example.com> Queued" QT=1s\n`, { host: 'mx1' }),
    {
      ...ACCEPTED,
      minute: '2026-01-09T08:00Z',
      address: '192.0.2.77',
      via: 'mx1 remote_smtp',
      provider: 'outlook-com',
      enhancedCode: '2.6.0',
    },
  );
  const failed = `${head} ** a@outlook.com ${to}: SMTP error from remote mail server after MAIL FROM:<s@example.com> SIZE=2472: ${S3150}\n`;
  t.match(onlyRow(failed), { ...REFUSED, via: 'remote_smtp' });
  t.match(onlyRow(failed.replace(/\[192\.0\.2\.10\]/, 'you')), { address: '192.0.2.77' });
  const both = `${head} => Bob <bob@example.org> R=d T=remote_smtp H=mx.example.org [203.0.113.9] C="250 ok"\n${head} -> al@example.org R=d T=remote_smtp H=mx.example.org [203.0.113.9] C="250 ok"\n`;
  t.match(onlyRow(both), { count: 2, domains: [{ domain: 'example.org', count: 2 }] });
  t.match(onlyRow(`Jan  9 08:00:00 mx exim[12]: ${failed.slice(20)}`), { ...REFUSED, via: 'mx remote_smtp' });
  const others = [
    `${head} => bob <bob@example.net> R=localuser T=local_delivery\n`,
    `${head} => bob@example.net R=lmtp T=dovecot_lmtp H=store.example.net [203.0.113.4] C="250 2.1.5 Ok"\n`,
    `${head} == a@example.org R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host\n`,
    `${head} <= s@example.com H=client.example.com [192.0.2.9] P=esmtps S=533\n`,
    `${head} Completed\n`,
    '2026-01-09 08:00:00 H=(x) [192.0.2.9] F=<a@example.com> rejected RCPT <b@example.net>: 550 blocked\n',
  ];
  for (const line of others) t.same(scan(line), [], line);
  t.end();
});

t.test('Sendmail: several recipients on one line', (t) => {
  const head = 'Jan  9 08:00:00 mx sm-mta[123]: q41A0abc012345:';
  const mid = `ctladdr=<s@example.com> (0/0), delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=${OUTLOOK}. [203.0.113.9]`;
  t.match(
    onlyRow(
      `${head} to=<a@outlook.com>,<b@hotmail.com>, ${mid}, dsn=2.0.0, stat=Sent (250 2.6.0 <1> Queued)\n`,
    ),
    {
      ...ACCEPTED,
      count: 2,
      via: 'mx sm-mta',
      provider: 'outlook-com',
      domains: [
        { domain: 'outlook.com', count: 1 },
        { domain: 'hotmail.com', count: 1 },
      ],
    },
  );
  t.match(
    onlyRow(`${head} to=<a@outlook.com>, ${mid}, dsn=5.7.1, reply=${S3150}, stat=Service unavailable\n`),
    REFUSED,
  );
  t.match(
    onlyRow(
      `${head} to=<a@outlook.com>, ${mid}, dsn=4.7.1, stat=Deferred: 451 4.7.1 IP 192.0.2.10 has bad reputation\n`,
    ),
    {
      outcome: 'deferred',
      address: '192.0.2.10',
    },
  );
  for (const line of [
    `${head} to=<a@example.net>, delay=00:00:01, mailer=local, pri=30000, dsn=2.0.0, stat=Sent\n`,
    `${head} to=<a@example.net>, delay=00:00:01, mailer=relay, pri=30000, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (ok)\n`,
    `${head} to=<a@example.org>, ${mid}, dsn=5.1.1, stat=User unknown\n`,
    `${head} from=<s@example.com>, size=1, nrcpts=1, relay=x.example.com [192.0.2.9]\n`,
  ])
    t.same(scan(line), [], line);
  t.end();
});

t.test(
  'OpenSMTPD: the source is our address; a refused greeting is counted with the delivery behind it',
  (t) => {
    const line = (result: string, stat: string): string =>
      `Jan  9 08:00:00 mx smtpd[45]: 8f4864084ecc48f4 mta delivery evpid=7077717e797a776e from=<s@example.com> to=<b@outlook.com> rcpt=<-> source="192.0.2.77" relay="203.0.113.33 (${OUTLOOK})" delay=1s result="${result}" stat="${stat}"\n`;
    t.match(onlyRow(line('Ok', '250 2.6.0 Queued')), {
      ...ACCEPTED,
      address: '192.0.2.77',
      via: 'mx smtpd',
      provider: 'outlook-com',
    });
    t.match(onlyRow(line('PermFail', S3150)), REFUSED);
    t.match(onlyRow(line('PermFail', '550 5.7.1 bad reputation')), { address: '192.0.2.77' });
    t.same(scan(line('TempFail', 'Network error on destination MXs')), []);
    const greeting = [
      'Jan  9 08:00:00 mx smtpd[1]: 9bbe1b1a0056d0c9 mta connecting address=smtp://203.0.113.3:25 host=mx00.t-online.de',
      'Jan  9 08:00:00 mx smtpd[1]: 9bbe1b1a0056d0c9 mta error reason=BANNER rejected: 554 IP=192.0.2.10 - A problem occurred. Ask tosa@rx.t-online.de (BL)',
      'Jan  9 08:04:00 mx smtpd[1]: 0000000000000000 mta delivery evpid=581c4abda3f3840e from=<s@example.com> to=<b@t-online.de> rcpt=<-> source="-" relay="mx00.t-online.de" delay=1s result="TempFail" stat="Network error on destination MXs"\n',
    ].join('\n');
    t.match(onlyRow(greeting), {
      provider: 't-online',
      address: '192.0.2.10',
      blockCode: 'BL',
      domains: [{ domain: 't-online.de', count: 1 }],
    });
    t.end();
  },
);

t.test('qmail: the recipient stands on an earlier line', (t) => {
  const start = '@400000006590a00000000000 starting delivery 7: msg 11 to remote a@outlook.com\n';
  const end = (what: string): string => `${start}@400000006590a00000000001 delivery 7: ${what}\n`;
  t.match(
    onlyRow(end('success: 203.0.113.33_accepted_message./Remote_host_said:_250_2.6.0_Queued/'), {
      host: 'mx1',
    }),
    {
      ...ACCEPTED,
      minute: '2023-12-30T22:55Z',
      via: 'mx1 qmail',
      provider: 'outlook-com',
      enhancedCode: '2.6.0',
    },
  );
  const failure = `failure: 203.0.113.33_does_not_like_recipient./Remote_host_said:_${S3150.replaceAll(' ', '_')}/Giving_up_on_203.0.113.33./`;
  t.match(onlyRow(end(failure)), REFUSED);
  t.match(
    onlyRow(
      end(
        'deferral: Connected_to_203.0.113.33_but_greeting_failed./Remote_host_said:_421_4.7.1_IP_192.0.2.10_has_bad_reputation/',
      ),
    ),
    {
      outcome: 'deferred',
      address: '192.0.2.10',
    },
  );
  t.same(scan(end('deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/')), []);
  t.same(
    scan(
      '@400000006590a00000000000 starting delivery 8: msg 1 to local a@example.net\n@400000006590a00000000000 delivery 8: success: did_1+0+0/\n',
    ),
    [],
  );
  t.match(onlyRow(end(failure).replaceAll(/@4\w+ /g, 'Jan  9 08:00:00 mx qmail: 1767945600.000001 ')), {
    ...REFUSED,
    via: 'mx qmail',
  });
  t.end();
});

t.test('Haraka, in its own and in the logfmt form', (t) => {
  const uuid = 'C5B2DB84-4AFD-4E9A-AAE3-BEFA7C7DEF43.1.1';
  const head = `2026-01-09T08:00:00.000Z [NOTICE] [${uuid}] [outbound]`;
  const attempt = `${head} Attempting to deliver to: ${OUTLOOK}:25 (0) (203.0.113.4) for <a@outlook.com>\n`;
  const delivered = `delivered file=1 domain=outlook.com host=${OUTLOOK} ip=203.0.113.4 port=25 mode=SMTP tls=Y auth=N response="2.6.0 Queued" delay=1 fails=0 rcpts=2/0/0\n`;
  t.match(onlyRow(`${head} ${delivered}`, { host: 'mx1' }), {
    outcome: 'accepted',
    count: 2,
    minute: '2026-01-09T08:00Z',
    via: 'mx1 outbound',
    provider: 'outlook-com',
  });
  t.match(onlyRow(`${attempt}${head} bouncing mail: ${S3150}\n`), REFUSED);
  t.match(onlyRow(`${head} recipient <a@outlook.com> rejected: ${S3150}\n`), REFUSED);
  t.match(
    onlyRow(
      `${attempt}${head} Temp failing 1_2_0_3 for 64 seconds: Upstream error: 421 4.7.1 IP 192.0.2.10 has bad reputation\n`,
    ),
    {
      outcome: 'deferred',
      address: '192.0.2.10',
    },
  );
  t.same(
    scan(`${head} bouncing mail: Some recipients failed: <a@outlook.com>\n`),
    [],
    'told before, for each',
  );
  t.same(scan(`${head} ${delivered.replace('mode=SMTP', 'mode=LMTP')}`), []);
  const logfmt = `level=NOTICE uuid=${uuid} source=outbound message="recipient <a@outlook.com> rejected: ${S3150}"\n`;
  t.match(onlyRow(logfmt), { ...REFUSED, minute: '2026-01-15T12:00Z' }, 'without a stamp it is now');
  t.end();
});

t.test('SmarterMail: a delivery has a line for each step, and the name of its log the day', (t) => {
  const file = '/logs/2026.01.09-delivery.log';
  const session = [
    'Sending remote mail for s@example.com',
    'Initiating connection to 203.0.113.33',
    'Connection to 203.0.113.33:25 from 192.0.2.77:59341 succeeded (Id: 1)',
    `RSP: 220 ${OUTLOOK} ESMTP ready`,
    'CMD: EHLO mail.example.com',
    'RSP: 250-8BITMIME',
    'RSP: 250 SMTPUTF8',
    'CMD: MAIL FROM:<s@example.com> SIZE=2035',
    'RSP: 250 2.1.0 Ok',
    'CMD: RCPT TO:<a@outlook.com>',
  ];
  const lines = (...steps: string[]): string =>
    steps.map((step) => `08:00:01.123 [313455-1] ${step}\n`).join('');
  const taken = lines(
    ...session,
    'RSP: 250 2.1.5 Ok',
    'CMD: DATA',
    'RSP: 354 Go on',
    'RSP: 250 2.6.0 Queued',
    'CMD: QUIT',
    'Delivery for s@example.com to a@outlook.com has completed (Delivered)',
    'Delivery finished for s@example.com at 8:00:01 AM\t[id:422405313455-1]',
  );
  t.match(onlyRow(taken, { file, host: 'mx1' }), {
    ...ACCEPTED,
    minute: '2026-01-09T08:00Z',
    address: '192.0.2.77',
    via: 'mx1 delivery',
    provider: 'outlook-com',
    enhancedCode: '2.6.0',
    domains: [{ domain: 'outlook.com', count: 1 }],
  });
  const end = 'Delivery for s@example.com to a@outlook.com has completed (Bounced)';
  const [head = '', rest = ''] = S3150.split(/(?<=sent\.) /);
  const refused = lines(...session, `RSP: 550-${head.slice(4)}`, `RSP: 550 5.7.1 ${rest}`, 'CMD: QUIT', end);
  const row = onlyRow(refused, { file });
  t.match(row, { ...REFUSED, minute: '2026-01-09T08:00Z', count: 1 });
  t.match(parse(row.samples[0] ?? '').rejections, [
    { provider: 'outlook-com', ip: '192.0.2.10', blockCode: 'S3150', recipientDomain: 'outlook.com' },
  ]);
  t.match(
    onlyRow(refused),
    { minute: '2026-01-15T08:00Z' },
    'without a day the last time that it was so late',
  );
  t.match(onlyRow(refused.replaceAll('08:00:01', '13:00:01')), { minute: '2026-01-14T13:00Z' });
  t.match(onlyRow(refused.replaceAll(/^08/gm, '[2026.01.08] 08')), { minute: '2026-01-08T08:00Z' });
  t.match(onlyRow(lines(...session, 'RSP: 421 4.7.0 Try again later, 192.0.2.10 is throttled'), { file }), {
    outcome: 'deferred',
    address: '192.0.2.10',
  });
  const atGreeting = lines(
    ...session,
    'RSP: 250 2.1.5 Ok',
    'Connection to 198.51.100.34:25 from 192.0.2.77:59342 succeeded (Id: 2)',
    'RSP: 554 5.7.1 192.0.2.77 is blacklisted here',
  );
  const { provider, domains, outcome } = onlyRow(atGreeting, { file });
  t.same([outcome, provider, domains], ['refused', null, []], 'the next connection is to another receiver');
  t.match(parse(atGreeting).rejections, [{ provider: null, mx: null, recipientDomain: null }], 'pasted, too');
  for (const other of [
    lines(
      ...session.slice(0, 2),
      'Starting local delivery to b@example.com',
      'Delivery for s@example.com to b@example.com has completed (Delivered) Filter: None',
    ),
    refused.replaceAll('203.0.113.33', '10.0.0.3'),
    '08:00:01.123 [198.51.100.7][313455] rsp: 550 No such user\n',
  ])
    t.same(scan(other, { file }), [], other);
  t.end();
});

t.test('PowerMTA accounting, with and without its header line, columns in any order', (t) => {
  const header = 'type,rcpt,dsnDiag,dsnMta,dlvSourceIp,timeLogged,vmta\n';
  const end = `${OUTLOOK} (203.0.113.33),192.0.2.77,2026-01-09 10:00:00+0200,vmta5\n`;
  t.match(onlyRow(`${header}d,a@outlook.com,smtp;250 2.6.0 Queued,${end}`, { host: 'mx1' }), {
    ...ACCEPTED,
    minute: '2026-01-09T08:00Z',
    address: '192.0.2.77',
    via: 'mx1 vmta5',
    provider: 'outlook-com',
    enhancedCode: '2.6.0',
  });
  const refused = `${header}b,a@outlook.com,"smtp;${S3150.replace('sent', '""sent""')}",${end}`;
  t.match(onlyRow(refused), { ...REFUSED, samples: [refused.trimEnd()] });
  const full = `t,2026-01-09 10:00:00+0000,2026-01-09 09:59:58+0000,s@example.com,a@outlook.com,,failed,4.7.1 (x),"smtp;451 4.7.1 bad reputation",${OUTLOOK} (203.0.113.33),spam-related,smtp,,smtp,192.0.2.78,203.0.113.33,"PIPELINING",1,v,j,,q,p\n`;
  t.match(onlyRow(full), { outcome: 'deferred', address: '192.0.2.78', via: 'v' });
  t.end();
});

t.test('a line that only begins like a record of PowerMTA is none', (t) => {
  const header = 'type,rcpt,dsnDiag,dsnMta,timeLogged\n';
  const accepted = (rcpt: string, at: string, more = ''): string =>
    `d,${rcpt},smtp;250 OK,${OUTLOOK} (203.0.113.33),${at}${more}\n`;
  const stamp = '2026-01-09 10:00:00+0000';
  t.equal(scan(header + accepted('a@outlook.com', stamp)).length, 1);
  const none = {
    'binary junk': 'd,\x81\x02@\xfe,\x00\x99,\x07\n',
    'binary junk with commas': `d,${'\x91@\x92,'.repeat(30)}\n`,
    'a column short': header + accepted('a@outlook.com', stamp).replace('smtp;250 OK,', ''),
    'a column too many': header + accepted('a@outlook.com', stamp, ',x'),
    'no recipient': header + accepted('', stamp),
    'no time': header + accepted('a@outlook.com', 'soon'),
    'too few columns without a header': 'd,2026-01-09 10:00:00+0000,,s@example.com,a@outlook.com\n',
    'words of a person': 'd, as in data@outlook.com, is a letter\n',
    'a header without a recipient': `type,timeLogged,dsnDiag\nd,${stamp},smtp;250 OK\n`,
  };
  for (const [name, log] of Object.entries(none)) t.same(scan(log), [], name);
  t.end();
});

t.test('KumoMTA: code, enhanced code and text apart', (t) => {
  const record = (type: string, code: number, detail: number, content: string): string =>
    `${JSON.stringify({
      type,
      sender: 's@example.com',
      recipient: 'a@outlook.com',
      response: {
        code,
        enhanced_code: { class: Math.floor(code / 100), subject: 7, detail },
        content,
        command: null,
      },
      peer_address: { name: `${OUTLOOK}.`, addr: '203.0.113.9' },
      source_address: { address: '192.0.2.77:56391' },
      egress_source: 'src-3',
      timestamp: 1767945600,
      headers: { Subject: '550 5.7.1 blocked' },
    })}\n`;
  t.match(onlyRow(record('Delivery', 250, 0, 'Queued'), { host: 'mx1' }), {
    ...ACCEPTED,
    minute: '2026-01-09T08:00Z',
    address: '192.0.2.77',
    via: 'mx1 src-3',
    provider: 'outlook-com',
    enhancedCode: '2.7.0',
  });
  t.match(onlyRow(record('Bounce', 550, 1, S3150.slice(10))), REFUSED);
  t.match(onlyRow(record('TransientFailure', 451, 1, 'bad reputation')), {
    outcome: 'deferred',
    address: '192.0.2.77',
  });
  for (const type of ['AdminBounce', 'Expiration', 'Reception', 'Feedback'])
    t.same(scan(record(type, 550, 1, 'bad reputation')), [], type);
  t.end();
});

t.test('the journal: JSON a line, and the export format', (t) => {
  const message = `B1: to=<a@outlook.com>, relay=${OUTLOOK}[203.0.113.33]:25, dsn=5.7.1, status=bounced (host ${OUTLOOK}[203.0.113.33] said: ${S3150} (in reply to MAIL FROM command))`;
  const entry = {
    MESSAGE: message,
    SYSLOG_IDENTIFIER: 'postfix-12/smtp',
    _HOSTNAME: 'mx1',
    _SOURCE_REALTIME_TIMESTAMP: '1767945600000000',
  };
  const expected = { ...REFUSED, via: 'mx1 postfix-12/smtp', minute: '2026-01-09T08:00Z' };
  t.match(
    onlyRow(`${JSON.stringify({ ...entry, MESSAGE: 'B1: removed' })}\n${JSON.stringify(entry)}\n`),
    expected,
  );
  t.match(
    onlyRow(`${JSON.stringify({ ...entry, MESSAGE: [...Buffer.from(message)] })}\n`),
    expected,
    'as octets',
  );
  const fields = Object.entries(entry).map(([name, value]) => `${name}=${value}\n`);
  const exported = (lines: string[]): string => `__CURSOR=s=1\n${lines.join('')}_BOOT_ID=1\n\n`;
  t.match(onlyRow(exported(fields) + exported(fields)), { ...expected, count: 2 });
  const binary = `MESSAGE\n\x7f\x01\0\0\0\0\0\0${message}\n`;
  t.match(onlyRow(exported([binary, ...fields.slice(1)])), expected, 'a field with its length');
  t.match(onlyRow(exported(fields).trimEnd()), expected, 'cut off behind the last entry');
  t.end();
});

t.test('a sample, pasted, is read as the row has it', (t) => {
  const logs = [
    `2026-01-09 08:00:00 1abcDE-000000001fg-XYZ0 ** a@outlook.com R=d T=r H=${OUTLOOK} [203.0.113.33]: SMTP error from remote mail server after MAIL FROM:<s@example.com>: ${S3150}\n`,
    `@400000006590a00000000000 starting delivery 7: msg 11 to remote a@outlook.com\n@400000006590a00000000001 delivery 7: failure: 203.0.113.33_does_not_like_recipient./Remote_host_said:_${S3150.replaceAll(' ', '_')}/\n`,
    `type,rcpt,dsnDiag,dsnMta\nb,a@outlook.com,"smtp;${S3150}",${OUTLOOK} (203.0.113.33)\n`,
    `${JSON.stringify({ MESSAGE: `B1: to=<a@outlook.com>, relay=${OUTLOOK}[203.0.113.33]:25, dsn=5.7.1, status=bounced (host ${OUTLOOK}[203.0.113.33] said: ${S3150})`, SYSLOG_IDENTIFIER: 'postfix/smtp', _HOSTNAME: 'mx1', __REALTIME_TIMESTAMP: '1767945600000000' })}\n`,
  ];
  for (const log of logs) {
    const [sample = ''] = onlyRow(log).samples;
    t.match(parse(sample).rejections, [
      { provider: 'outlook-com', ip: '192.0.2.10', blockCode: 'S3150', recipientDomain: 'outlook.com' },
    ]);
  }
  t.end();
});
