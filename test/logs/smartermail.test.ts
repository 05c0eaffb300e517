import t from 'tap';
import { logScanners } from '../../src/cli/log-scanners.ts';
import { openDeliveries } from '../../src/logs/makes/smartermail.ts';
import { OUTLOOK, onlyRow, scan } from './scanning.fixture.ts';

t.test('SmarterMail: one message goes to several hosts, and over midnight from one log to the next', (t) => {
  const lines = (...steps: string[]): string =>
    steps.map((step) => `23:59:59.123 [313455] ${step}\n`).join('');
  const connection = (ip: string, host: string): string[] => [
    `Connection to ${ip}:25 from 192.0.2.77:59341 succeeded (Id: 1)`,
    `RSP: 220 ${host} ESMTP ready`,
    'CMD: MAIL FROM:<s@example.com> SIZE=2035',
    'RSP: 250 2.1.0 Ok',
  ];
  const handedOver = (to: string): string[] => [`CMD: RCPT TO:<${to}>`, 'RSP: 250 2.1.5 Ok'];
  const taken = (to: string): string => `Delivery for s@example.com to ${to} has completed (Delivered)`;
  const file = '/logs/2026.01.09-delivery.log';
  const two = lines(
    ...connection('203.0.113.33', OUTLOOK),
    ...handedOver('a@outlook.com'),
    'CMD: DATA',
    'RSP: 250 2.6.0 Queued',
    'RSP: 221 2.0.0 Bye',
    ...connection('203.0.113.44', 'mx1.example.net'),
    ...handedOver('b@example.net'),
    'CMD: DATA',
    'RSP: 250 2.0.0 Taken',
    'RSP: 221 2.0.0 Bye',
    taken('a@outlook.com'),
    taken('b@example.net'),
  );
  t.same(
    scan(two, { file }).map(({ provider, enhancedCode, domains }) => [provider, enhancedCode, domains]),
    [
      ['outlook-com', '2.6.0', [{ domain: 'outlook.com', count: 1 }]],
      [null, '2.0.0', [{ domain: 'example.net', count: 1 }]],
    ],
  );
  const refused = lines(
    ...connection('203.0.113.33', OUTLOOK),
    ...handedOver('a@outlook.com'),
    'CMD: RCPT TO:<b@hotmail.com>',
    'RSP: 550 5.7.1 192.0.2.77 is blacklisted (S3150)',
    ...handedOver('c@live.com'),
    'CMD: DATA',
    'RSP: 550 5.7.1 The message is spam',
  );
  t.match(
    scan(refused, { file }).map(({ reason, domains }) => [reason, domains]),
    [
      ['ip-reputation', [{ domain: 'hotmail.com', count: 1 }]],
      [
        'content',
        [
          { domain: 'outlook.com', count: 1 },
          { domain: 'live.com', count: 1 },
        ],
      ],
    ],
    'who was refused before is not refused again',
  );
  const before = openDeliveries();
  const deliveries = openDeliveries(() => before);
  const evening = lines(...connection('203.0.113.33', OUTLOOK), 'CMD: RCPT TO:<a@outlook.com>');
  const morning = lines('RSP: 550 5.7.1 192.0.2.77 is blacklisted').replaceAll('23:59:59', '00:00:01');
  t.same(scan(evening, { file, deliveries: before }), []);
  t.match(onlyRow(morning, { file: '/logs/2026.01.10-delivery.log', deliveries }), {
    minute: '2026-01-10T00:00Z',
    provider: 'outlook-com',
    address: '192.0.2.77',
    domains: [{ domain: 'outlook.com', count: 1 }],
  });
  t.end();
});

t.test(
  'the log of a day goes on with what was under way in that of the day before, in one directory',
  (t) => {
    const open = logScanners({ timeZone: 'UTC' });
    const begun = `23:59:59.123 [313455] Connection to 203.0.113.33:25 from 192.0.2.77:59341 succeeded (Id: 1)\n23:59:59.200 [313455] RSP: 220 ${OUTLOOK} ESMTP ready\n`;
    const rest = '00:00:01.100 [313455] RSP: 550 5.7.1 192.0.2.77 is blacklisted\n';
    open('/a/2026.01.09-delivery.log').push(Buffer.from(begun));
    const providerIn = (file: string) => {
      const scanner = open(file);
      scanner.push(Buffer.from(rest));
      return scanner.take().map(({ provider }) => provider);
    };
    t.same(providerIn('/b/2026.01.10-delivery.log'), [null], 'another directory is another server');
    t.same(providerIn('/a/2026.01.10-delivery.log'), ['outlook-com']);
    t.end();
  },
);

t.test(
  'SmarterMail: what is said after the answer to the message is about nobody, and the next message has its own recipients',
  (t) => {
    const begun = [
      'Connection to 203.0.113.33:25 from 192.0.2.77:59341 succeeded (Id: 1)',
      `RSP: 220 ${OUTLOOK} ESMTP ready`,
    ];
    const message = (to: string): string[] => [
      'CMD: MAIL FROM:<s@example.com>',
      'RSP: 250 2.1.0 Ok',
      `CMD: RCPT TO:<${to}>`,
      'RSP: 250 2.1.5 Ok',
      'CMD: DATA',
      'RSP: 354 Go ahead',
    ];
    const log = (...steps: string[]): string =>
      [...begun, ...steps].map((step) => `08:00:01.123 [313455] ${step}\n`).join('');
    const refused = 'RSP: 550 5.7.1 192.0.2.77 is blacklisted';
    const outcomes = (text: string) =>
      scan(text, { file: '/logs/2026.01.09-delivery.log' }).map(({ replyCode, domains }) => [
        replyCode,
        domains,
      ]);
    t.same(
      outcomes(
        log(
          ...message('a@outlook.com'),
          'RSP: 250 2.6.0 Queued',
          'CMD: QUIT',
          'RSP: 421 4.7.0 Too many connections from 192.0.2.77',
        ),
      ),
      [],
      'the message was taken',
    );
    t.same(
      outcomes(
        log(
          ...message('a@outlook.com'),
          refused,
          'CMD: QUIT',
          'RSP: 421 4.7.0 Too many connections from 192.0.2.77',
        ),
      ),
      [['550', [{ domain: 'outlook.com', count: 1 }]]],
      'the message was refused once',
    );
    t.same(
      outcomes(
        log(...message('a@outlook.com'), 'RSP: 250 2.6.0 Queued', ...message('b@hotmail.com'), refused),
      ),
      [['550', [{ domain: 'hotmail.com', count: 1 }]]],
      'the second was refused, and the first not',
    );
    t.end();
  },
);

t.test(
  'SmarterMail: of a message to very many, as many recipients are kept as a message has, and whom the answer is to',
  (t) => {
    const log = Array.from({ length: 5_000 }, (_, at) => `CMD: RCPT TO:<u${at}@d${at}.example.net>`)
      .flatMap((command) => [command, 'RSP: 250 2.1.5 Ok'])
      .slice(0, -1)
      .concat(
        'RSP: 550 5.7.1 192.0.2.77 is blacklisted',
        'CMD: DATA',
        'RSP: 550 5.7.1 192.0.2.77 is blacklisted',
      )
      .map((step) => `08:00:01.123 [313455] ${step}\n`);
    const [row] = scan(log.join(''), { file: '/logs/2026.01.09-delivery.log' });
    t.equal(row?.count, 200);
    t.equal(row?.domains.find(({ domain }) => domain === 'd4999.example.net')?.count ?? 0, 1);
    t.end();
  },
);

t.test('logs of many days are read side by side, and the numbers of messages come again in them', (t) => {
  const open = logScanners({ timeZone: 'UTC' });
  const begun = (host: string, step = ''): Buffer =>
    Buffer.from(
      `08:00:01.123 [13455] Connection to 203.0.113.33:25 from 192.0.2.77:59341 succeeded (Id: 1)\n08:00:01.200 [13455] RSP: 220 ${host} ESMTP ready\n${step}`,
    );
  const [first, second] = ['2026.01.09', '2026.01.10'].map((day) => open(`/a/${day}-delivery.log`));
  first?.push(begun(OUTLOOK));
  second?.push(begun('mx1.example.net', '08:00:02.100 [13455] Delivery finished for s@example.com\n'));
  first?.push(Buffer.from('08:00:03.100 [13455] RSP: 550 5.7.1 192.0.2.77 is blacklisted\n'));
  t.same(
    first?.take().map(({ provider }) => provider),
    ['outlook-com'],
  );
  t.ok(open('/a/2026.99.99-delivery.log'), 'what looks like a day is none at times');
  t.end();
});
