import { MAX_BATCH_BYTES, MAX_BODY_BYTES, MAX_REPORT_BYTES } from '../../../src/web/limits.ts';

/** The worst that fits into each place that takes text or files, by what it strains. */
export type Worst = { name: string; path: string; type: string; body: () => Buffer };

/** Room for what stands around a text. */
const AROUND = 10_000;
const MAIL_BYTES = 50_000_000 - AROUND;

const filled = (piece: string, bytes: number) => piece.repeat(Math.floor(bytes / Buffer.byteLength(piece)));
const json = (value: object) => Buffer.from(JSON.stringify(value));

const REFUSAL =
  "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Part of their network is on our block list (S3150).";
const LOG_LINE = `Mar 10 08:12:01 mx postfix/smtp[1]: 4F1: to=<a@outlook.com>, relay=x[192.0.2.1]:25, dsn=5.7.1, status=bounced (host x[192.0.2.1] said: ${REFUSAL} (in reply to MAIL FROM command))\n`;
const TEXT_BYTES = MAX_REPORT_BYTES - 2 * 1024 * 1024;

/** Pasted or sent as a report. */
const REPORTS: Record<string, () => string> = {
  'lines of a log': () => filled(LOG_LINE, TEXT_BYTES / 1.1),
  'lines that each name another address': () =>
    Array.from({ length: 90_000 }, (_, n) =>
      LOG_LINE.replace('203.0.113.7', `203.0.${(n >> 8) & 255}.${n & 255}`),
    ).join(''),
  'one line': () => filled('550 5.7.1 blocked ', TEXT_BYTES),
  'prose without a refusal': () => filled('we cannot say what it is, and nobody knows why.\n', TEXT_BYTES),
  'brackets and digits': () => filled('[1.2.3.', TEXT_BYTES),
  'empty lines': () => filled(' \n', TEXT_BYTES / 2),
};

const HEAD =
  'From: a@attacker.example\r\nTo: desk@harbour.example.com\r\nSubject: Worst\r\nMIME-Version: 1.0\r\nDate: Tue, 10 Mar 2026 11:02:00 +0000\r\n';

const mailsOf = (bytes: number): Record<string, () => string> => ({
  'many parts': () =>
    `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${filled('--b\r\n\r\nx\r\n', bytes)}--b--\r\n`,
  'deep parts': () =>
    `${HEAD}${Array.from({ length: 100_000 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`).join('')}\r\nx`,
  'HTML of many marks': () => `${HEAD}Content-Type: text/html\r\n\r\n${filled('<b><p>x</b>\r\n', bytes)}`,
  'HTML, deep': () => `${HEAD}Content-Type: text/html\r\n\r\n${filled('<div>', bytes)}`,
  'text of quotes': () => `${HEAD}\r\n${filled('> > > blocked 550\r\n', bytes)}`,
  'one line of text': () => `${HEAD}\r\n${filled('denied mitigated ', bytes)}`,
  'a header without end': () => `${HEAD}X-Long: ${filled('a ', bytes)}\r\n\r\nx`,
  'many header fields': () => `${HEAD}${filled('Received: from a by b; x\r\n', bytes)}\r\nx`,
  'many recipients': () => `${HEAD}Cc: ${filled('a@b.example, ', bytes)}c@d.example\r\n\r\nx`,
  'base64 without end': () =>
    `${HEAD}Content-Type: application/octet-stream; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n${filled(`${'A'.repeat(76)}\r\n`, bytes)}`,
  'encoded words': () => `${HEAD}X-Words: ${filled('=?utf-8?q?=41?= ', 200_000)}\r\n\r\nx`,
});

const RFC822 = 'message/rfc822';
const JSON_TYPE = 'application/json';

const csv = (head: string, line: (n: number) => string, bytes: number) => {
  const one = line(1);
  return `${head}${Array.from({ length: Math.floor(bytes / (one.length + 4)) }, (_, n) => line(n)).join('')}`;
};

const addressOf = (n: number) => `203.0.${(n >> 8) & 255}.${n & 255}`;

const OTHERS: Worst[] = [
  {
    name: 'observations: a batch of 8 MB',
    path: '/observations',
    type: JSON_TYPE,
    body: () =>
      json({
        source: 'mx',
        batch: 'b1',
        observations: Array.from({ length: Math.floor(MAX_BATCH_BYTES / 900) }, (_, n) => ({
          minute: n,
          sample: REFUSAL,
        })),
      }),
  },
  {
    name: 'SNDS: 23 MB of rows',
    path: '/snds/imports',
    type: 'text/csv',
    body: () =>
      Buffer.from(
        csv(
          '',
          (n) => `${addressOf(n)},6/1/2026 1:00 AM,6/1/2026 11:00 PM,9,8,7,GREEN,< 0.1%,,0,,\n`,
          TEXT_BYTES,
        ),
      ),
  },
  {
    name: 'import: a table of 23 MB',
    path: '/imports',
    type: 'text/csv',
    body: () =>
      Buffer.from(
        csv('Case;Subject;ISP;IP Address\n', (n) => `${n};Blocked;gmail.com;${addressOf(n)}\n`, TEXT_BYTES),
      ),
  },
  {
    name: 'import: one cell of 23 MB',
    path: '/imports',
    type: 'text/csv',
    body: () => Buffer.from(`Case;Subject\n"${filled('""', TEXT_BYTES)}`),
  },
  {
    name: 'JSON of 1 MB, deep',
    path: '/incidents/1/notes',
    type: JSON_TYPE,
    body: () => Buffer.from(`${filled('{"text":', MAX_BODY_BYTES - AROUND)}`),
  },
  {
    name: 'JSON of 1 MB, many keys',
    path: '/incidents/1/notes',
    type: JSON_TYPE,
    body: () => json(Object.fromEntries(Array.from({ length: 80_000 }, (_, n) => [`k${n}`, 1]))),
  },
  {
    name: 'a note of the longest text, of names',
    path: '/incidents/1/notes',
    type: JSON_TYPE,
    body: () => json({ text: filled('@admin #1 ', 19_990) }),
  },
  {
    name: 'a letter’s template of the most forms',
    path: '/letter-templates/gmail/first/en',
    type: JSON_TYPE,
    body: () =>
      json({
        title: 'Worst',
        when: 'Never',
        subject: 'Worst',
        body: `${filled('{{#each addresses}}{{/each}}', 15_000)}\nplease\n`,
      }),
  },
];

export const WORST: Worst[] = [
  ...Object.entries(REPORTS).flatMap(([name, text]): Worst[] => [
    { name: `read: ${name}`, path: '/parse', type: JSON_TYPE, body: () => json({ text: text() }) },
    {
      name: `log: ${name}`,
      path: '/incidents',
      type: JSON_TYPE,
      body: () => json({ report: text(), provider: 'gmail', addresses: ['203.0.113.7'] }),
    },
  ]),
  ...Object.entries(mailsOf(TEXT_BYTES)).flatMap(([name, mail]): Worst[] => [
    {
      name: `message: ${name}`,
      path: '/incidents/1/messages?direction=in',
      type: RFC822,
      body: () => Buffer.from(mail()),
    },
    { name: `complaint: ${name}`, path: '/complaints', type: RFC822, body: () => Buffer.from(mail()) },
  ]),
  ...Object.entries(mailsOf(MAIL_BYTES)).map(
    ([name, mail]): Worst => ({
      name: `mail in: ${name}`,
      path: '/mail',
      type: RFC822,
      body: () => Buffer.from(mail()),
    }),
  ),
  {
    name: 'mbox: 100,000 mails',
    path: '/mail/mbox',
    type: 'application/mbox',
    body: () =>
      Buffer.from(
        filled('From a@b.example Tue Mar 10 11:02:00 2026\r\nFrom: a@b.example\r\n\r\nx\r\n\r\n', 7_500_000),
      ),
  },
  ...OTHERS,
];
