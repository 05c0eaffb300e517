import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readComplaints } from '../../src/complaints/complaint.ts';
import { providerOf } from '../../src/complaints/reporter.ts';
import { withoutReporter } from '../../src/complaints/without-reporter.ts';
import { mailsIn } from '../../src/mail-in/mbox.ts';
import { CATALOGUE } from '../desk.ts';
import { arf, jmrp, ORIGINAL, sentOn } from './mails.fixture.ts';

const read = (mail: string | Buffer) => readComplaints(Buffer.from(mail as string));
const one = (mail: string) => read(mail)[0];

t.test('a report in the abuse reporting format is read whole', async (t) => {
  const report = [
    'Source-IP: 192.0.2.10',
    'Original-Rcpt-To: <alice.miller@example.net>',
    'Original-Mail-From: <bounce-alice.miller=example.net@example.com>',
    'Arrival-Date: Mon, 1 Jun 2026 09:00:00 +0000',
    'Reported-Domain: Example.com',
    'Incidents: 3',
  ];
  t.match(read(arf({ report })), [
    {
      feedbackType: 'abuse',
      isComplaint: true,
      sourceIp: '192.0.2.10',
      ipSource: 'report',
      traceIps: ['192.0.2.10', '198.51.100.77'],
      reportedAt: new Date('2026-06-01T10:00:00Z'),
      arrivedAt: new Date('2026-06-01T09:00:00Z'),
      incidents: 3,
      reporter: 'alice.miller@example.net',
      from: 'fbl@fbl.example.org',
      userAgent: 'Loop/1.0',
      originalMailFrom: 'bounce-[recipient]@example.com',
      reportedDomain: 'example.com',
      messageId: '<june-1@example.com>',
      campaign: 'june:shop:mail:example',
      campaignField: 'Feedback-ID',
    },
  ]);
});

t.test(
  'Microsoft’s older form is read with the mail, with its header only, and with the header as text',
  async (t) => {
    for (const form of ['mail', 'header', 'text'] as const)
      t.match(
        read(jmrp('192.0.2.222', form)),
        [
          {
            feedbackType: 'abuse',
            isComplaint: true,
            sourceIp: '192.0.2.222',
            ipSource: 'subject',
            reporter: 'bob.stone@outlook.example',
            messageId: '<june-2@example.com>',
            campaign: 'june',
            campaignField: 'X-Campaign',
          },
        ],
        form,
      );
    t.match(one(jmrp('2001:db8::7')), { sourceIp: '2001:db8::7' });
  },
);

t.test('what a report leaves out is null, and never guessed', async (t) => {
  t.match(one(arf({ report: [], original: ['REDACTED'] })), {
    sourceIp: null,
    ipSource: 'none',
    traceIps: [],
    arrivedAt: null,
    incidents: 1,
    reporter: null,
    messageId: '',
    campaign: '',
  });
  t.match(
    one(arf({ report: ['Source-IP: 10.0.0.1'] })),
    { sourceIp: null },
    'a private address names nobody',
  );
  t.match(one(arf({ report: ['source-ip: [192.0.2.10]'] })), { sourceIp: '192.0.2.10' }, 'whatever its case');
  t.match(one(arf({ report: ['Incidents: 99999999999'] })), { incidents: 1 });
  t.match(one(arf({ report: ['Received-Date: Mon, 1 Jun 2026 07:00:00 +0200'] })), {
    arrivedAt: new Date('2026-06-01T05:00:00Z'),
  });
  t.match(one(arf({ originalType: 'text/rfc822-headers' })), { messageId: '<june-1@example.com>' });
});

t.test('a report of a failed check or of wanted mail is no complaint', async (t) => {
  const failed = one(arf({ type: 'auth-failure', report: ['Auth-Failure: dmarc', 'Source-IP: 192.0.2.10'] }));
  t.match(failed, { feedbackType: 'auth-failure', isComplaint: false, authFailure: 'dmarc' });
  t.match(one(arf({ type: 'not-spam' })), { isComplaint: false });
  t.match(one(arf({ type: 'Opt-Out' })), { feedbackType: 'opt-out', isComplaint: true });
  t.match(one(arf({ type: '<script>' })), { feedbackType: 'other', isComplaint: true });
});

t.test('several reports in one mail are several, and so are those that somebody sends on', async (t) => {
  const [first = '', rest = ''] = arf().split('--b1--');
  const second =
    '--b1\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: fraud\r\nSource-IP: 192.0.2.11\r\n\r\n';
  t.match(read(`${first}${second}--b1--${rest}`), [
    { feedbackType: 'abuse', sourceIp: '192.0.2.10', messageId: '<june-1@example.com>' },
    { feedbackType: 'fraud', sourceIp: '192.0.2.11', messageId: '' },
  ]);
  const many = sentOn(
    arf(),
    jmrp('192.0.2.222').replaceAll('b2', 'b3'),
    'From: a@example.com\nSubject: hello\n\nHello.\n',
  );
  t.match(read(many), [
    { sourceIp: '192.0.2.10', from: 'fbl@fbl.example.org', reporter: 'alice.miller@example.net' },
    { sourceIp: '192.0.2.222', from: 'staff@hotmail.com', reporter: 'bob.stone@outlook.example' },
  ]);
});

t.test('a mail that is no report gives none', async (t) => {
  for (const mail of [
    '',
    'x',
    'From: a@example.com\nSubject: complaint\n\nYour mail is spam.\n',
    ORIGINAL.join('\n'),
  ])
    t.strictSame(read(mail), []);
});

t.test('an mbox is its mails, and a line of text that starts with From is none', async (t) => {
  const mbox = `From fbl Mon Jun  1 10:00:00 2026\n${arf().replaceAll('\r\n', '\n').replace('Body of June.', 'Body\nFrom the shop')}\nFrom x Mon Jun  1 10:00:00 2026\n${jmrp('192.0.2.222')}`;
  const mails = mailsIn(Buffer.from(mbox));
  t.equal(mails.length, 2);
  t.strictSame(Buffer.concat(mails).toString(), mbox, 'nothing of it is lost');
  t.match(
    mails.map((mail) => readComplaints(mail)[0]?.sourceIp),
    ['192.0.2.10', '192.0.2.222'],
  );
});

t.test('who complained stands in nothing that is kept', async (t) => {
  const person = 'alice.miller@example.net';
  const cases: [string, string | null, string][] = [
    [`<id-${person}>`, person, '<id-[recipient]>'],
    ['Bounce-Alice.Miller=Example.Net@example.com', person, 'Bounce-[recipient]@example.com'],
    ['<1.alice.miller.7@example.com>', person, '<1.[recipient].7@example.com>'],
    ['<al@example.com>', 'al@example.net', '<al@example.com>'],
    ['bounce-bob=example.net@example.com', null, '…@example.com'],
    ['news@example.com', null, 'news@example.com'],
    ['aaa', 'a@b', 'aaa'],
  ];
  for (const [text, reporter, kept] of cases) t.equal(withoutReporter(text, reporter), kept, text);
});

t.test(
  'the provider is told by who reports, the name that it gives, or where the recipient is',
  async (t) => {
    const by = (mail: string) => {
      const complaint = one(mail);
      return complaint ? providerOf(complaint, CATALOGUE) : 'no complaint';
    };
    t.equal(by(jmrp('192.0.2.222')), 'outlook-com');
    t.equal(by(arf({ from: 'feedback@arf.mail.yahoo.com' })), 'yahoo');
    t.equal(by(arf({ report: ['Source: Comcast'] })), 'comcast');
    t.equal(by(arf({ report: ['Original-Rcpt-To: a@hotmail.com'] })), 'outlook-com');
    t.equal(by(arf({ report: [] })), null);
  },
);

t.test('damaged and hostile mails are read or not, and nothing is thrown', async (t) => {
  const good = Buffer.from(sentOn(arf(), jmrp('192.0.2.222')));
  let seed = 11;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let n = 0; n < 400; n += 1) {
    const octets = Buffer.from(good);
    for (let change = 0; change <= n % 6; change += 1) octets[random(octets.length)] = random(256);
    readComplaints(octets.subarray(0, octets.length - random(200)));
  }
  const deep = 'Content-Type: message/rfc822\n\n'.repeat(2000);
  t.strictSame(read(deep), []);
  const wide = arf().replace(
    '--b1--',
    '--b1\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n'.repeat(20_000),
  );
  t.ok(read(wide).length <= 500, 'parts are bounded');
  t.match(one(arf({ report: [`Source-IP: ${'1.'.repeat(100_000)}`] })), { sourceIp: null });
});

const CORPUS = join(process.env['CORPUS_DIR'] ?? '../shared/corpus', 'emails');
t.test(
  'in other people’s mail every feedback report is one, and no bounce is',
  { skip: !existsSync(CORPUS) && 'no corpus here' },
  async (t) => {
    const expected = readFileSync(join(CORPUS, '..', 'expected.tsv'), 'utf8')
      .split('\n')
      .map((line) => line.split('\t'));
    const ips = new Map(expected.map(([file = '', , ip = '']) => [file, ip]));
    for (const file of readdirSync(CORPUS)) {
      const complaints = readComplaints(readFileSync(join(CORPUS, file)));
      t.equal(complaints.length, file.startsWith('arf-') ? 1 : 0, file);
      const ip = ips.get(file) ?? '-';
      if (complaints[0] && ip !== '-' && !ip.startsWith('10.')) t.equal(complaints[0].sourceIp, ip, file);
    }
  },
);
