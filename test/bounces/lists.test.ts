import t from 'tap';
import { parse } from './parsing.fixture.ts';

const REPLIES = [
  '550 5.7.1 Client host [192.0.2.10] blacklisted',
  '554 5.7.1 Message rejected as spam',
  '421 4.7.0 Too many connections',
  '550 5.1.1 User unknown',
];
const postfix = (reply: string, at: number): string =>
  `Jan  9 08:00:0${at} mx postfix/smtp[12${at}]: 4ABC${at}: to=<a${at}@example.net>, relay=mx.example.net[198.51.100.${at}]:25, dsn=5.7.1, status=bounced (host mx.example.net[198.51.100.${at}] said: ${reply} (in reply to RCPT TO command))`;
const exim = (reply: string, at: number): string =>
  `2026-01-09 08:00:0${at} 1abcD${at}-000001-AB ** a${at}@example.net R=dnslookup T=remote_smtp H=mx.example.net [198.51.100.${at}]: SMTP error from remote mail server after RCPT TO:<a${at}@example.net>: ${reply}`;
const SMARTERMAIL = [
  '08:00:01.200 [12345] Connection to 198.51.100.9:25 from 192.0.2.10:5000 succeeded (Id: 1)',
  '08:00:01.300 [12345] RSP: 220 mx.example.net ESMTP',
  '08:00:01.400 [12345] CMD: RCPT TO:<a@example.net>',
  '08:00:01.500 [12345] RSP: 550 5.7.1 Client host [192.0.2.10] blacklisted',
];
const INPUTS = {
  replies: REPLIES,
  postfix: REPLIES.map(postfix),
  exim: REPLIES.map(exim),
  smartermail: SMARTERMAIL,
  'smartermail, of several days': SMARTERMAIL.map((line) => `[2026.01.09] ${line}`),
};

const MARKS: ((line: string, at: number) => string)[] = [
  (line) => line,
  (line) => `- ${line}`,
  (line) => `   • ${line}`,
  (line, at) => `${at + 1}. ${line}`,
];

const HEAD = 'From: k@example.com\nTo: s@example.org\nSubject: failure\nMIME-Version: 1.0\n\n';
const WAYS: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  quoted: (text) => text.replace(/^/gm, '> '),
  'below a sentence': (text) => `These lines are in our log:\n\n${text}`,
  wrapped: (text) => text.replace(/(.{60,80}) (?=\S)/g, '$1\n'),
  mailed: (text) => `${HEAD}${text}`,
  'with blank lines between': (text) => text.replaceAll('\n', '\n\n'),
  'as HTML': (text) =>
    `<html><body><p>${text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>\n')}</p></body></html>`,
};

const meant = (input: string): unknown[] => {
  const { rejections, notBlocks } = parse(input);
  return [...rejections, ...notBlocks].map(
    ({ reason, ip, replyCode, enhancedCode, recipient, mx, at, text }) => [
      reason,
      ip,
      replyCode,
      enhancedCode,
      recipient,
      mx,
      at,
      text,
    ],
  );
};

for (const [name, lines] of Object.entries(INPUTS))
  t.test(`the marks of a list and the way that it came change nothing: ${name}`, (t) => {
    const expected = meant(lines.join('\n'));
    t.equal(expected.length, name.startsWith('smartermail') ? 1 : REPLIES.length);
    for (const [way, put] of Object.entries(WAYS))
      for (const mark of MARKS) {
        const list = lines.map(mark);
        t.same(meant(put(list.join('\n'))), expected, `${way}: ${list[0]?.slice(0, 30)}`);
      }
    t.end();
  });
