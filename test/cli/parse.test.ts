import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { parseCommand } from '../../src/cli/parse.ts';

const BLOCK = '553 5.7.2 [TSS09] All messages from 192.0.2.10 will be permanently deferred';
const OTHER = '550 5.1.1 <a@example.com>: user unknown';
const FIELDS = [
  'file',
  'line',
  'provider',
  'ip',
  'smtpCode',
  'enhancedCode',
  'blockCode',
  'reason',
  'temporary',
  'recipient',
  'recipientDomain',
  'mx',
  'listName',
  'at',
  'text',
];

type Output = Record<string, unknown>;

async function run(args: string[], stdin = ''): Promise<{ status: number; rows: Output[]; errors: string }> {
  const out: string[] = [];
  const errors: string[] = [];
  async function* input(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < stdin.length; at += 65_536) yield Buffer.from(stdin.slice(at, at + 65_536));
  }
  const status = await parseCommand(args, {
    stdin: input(),
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => errors.push(text) },
  });
  const rows = out
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Output);
  return { status, rows, errors: errors.join('') };
}

t.test('standard input: one object per rejection, all fields, null where unknown', async (t) => {
  const { status, rows } = await run([], `${BLOCK}\n\n${OTHER}\n`);
  t.equal(status, 0);
  t.same(
    rows.map((row) => Object.keys(row)),
    [FIELDS, FIELDS],
  );
  t.strictSame(rows[0], {
    file: null,
    line: 1,
    provider: 'yahoo',
    ip: '192.0.2.10',
    smtpCode: '553',
    enhancedCode: '5.7.2',
    blockCode: 'TSS09',
    reason: 'ip-reputation',
    temporary: false,
    recipient: null,
    recipientDomain: null,
    mx: null,
    listName: null,
    at: null,
    text: BLOCK,
  });
  t.match(rows[1], { line: 3, reason: 'not-a-block' });
});

t.test('files, named in the output; "-" is standard input', async (t) => {
  const folder = t.testdir({ a: BLOCK, b: 'nothing' });
  const { status, rows } = await run([join(folder, 'a'), join(folder, 'b'), '-'], BLOCK);
  t.equal(status, 0);
  t.same(
    rows.map((row) => row['file']),
    [join(folder, 'a'), null],
  );
});

t.test('nothing recognised: status 1', async (t) => {
  t.same(await run([], 'good morning'), { status: 1, rows: [], errors: '' });
  t.same(await run([], ''), { status: 1, rows: [], errors: '' });
});

t.test('--jsonl: the id comes back, also for rows without a rejection', async (t) => {
  const input = [
    { id: 'x1', body: BLOCK },
    { id: 7, body: 'good morning' },
    { id: 'x3', body: `${BLOCK}\n\n${OTHER}` },
  ]
    .map((row) => JSON.stringify(row))
    .join('\n');
  const { status, rows } = await run(['--jsonl', 'body'], `${input}\n\n`);
  t.equal(status, 0);
  t.same(
    rows.map((row) => [row['id'], row['reason']]),
    [
      ['x1', 'ip-reputation'],
      [7, null],
      ['x3', 'ip-reputation'],
      ['x3', 'not-a-block'],
    ],
  );
  t.same(Object.keys(rows[1] ?? {}), ['id', ...FIELDS]);
  t.equal((await run(['--jsonl', 'body'], '{"id":1,"body":"no"}')).status, 1);
});

t.test('--time-zone reads stamps without a zone', async (t) => {
  const line = `2026-07-01 10:00:00 1abcDE-0001fg-XY ** a@yahoo.com R=r T=t H=mta5.am0.yahoodns.net [203.0.113.3]: SMTP error from remote mail server after MAIL FROM:<s@example.com>: ${BLOCK}`;
  t.match((await run(['--time-zone', 'Europe/Berlin'], line)).rows, [
    {
      at: '2026-07-01T08:00:00.000Z',
      recipient: 'a@yahoo.com',
      recipientDomain: 'yahoo.com',
      mx: 'mta5.am0.yahoodns.net',
    },
  ]);
});

t.test('bad use: status 2, and what is wrong on standard error', async (t) => {
  t.match(await run(['--what']), { status: 2, rows: [], errors: /unknown option --what[\s\S]*Use/ });
  t.match(await run(['--jsonl']), { status: 2, errors: /needs a value/ });
  t.match(await run(['--time-zone', 'Moon']), { status: 2, errors: /unknown time zone/ });
  t.match(await run([join(t.testdirName, 'absent')]), { status: 2, errors: /there is no such file/ });
  t.match(await run(['--jsonl', 'body'], 'no json'), { status: 2, errors: /line 1: not JSON/ });
  t.match(await run(['--jsonl', 'body'], '{"id":1}'), { status: 2, errors: /line 1: no text in "body"/ });
});

t.test('a log of any length is read to its end, with the line numbers of the file', async (t) => {
  const filler =
    'Jan 10 10:00:00 mx postfix/qmgr[1]: A1: from=<s@example.com>, size=475, nrcpt=1 (queue active)\n';
  const input =
    filler.repeat(40_000) +
    `${BLOCK}\n` +
    filler.repeat(10) +
    BLOCK.replace('.10', '.11') +
    '\n' +
    `${BLOCK}\n`;
  const { status, rows } = await run([], input);
  t.equal(status, 0);
  t.same(
    rows.map((row) => [row['line'], row['ip']]),
    [
      [40_001, '192.0.2.10'],
      [40_012, '192.0.2.11'],
    ],
  );
});

t.test('the column names of an accounting file hold for all of it', async (t) => {
  const row = (ip: string) => `d,a@example.com,smtp;250 OK ${'x'.repeat(100)},${ip}\n`;
  const input = `type,rcpt,dsnDiag,dlvSourceIp\n${row('192.0.2.1').repeat(30_000)}b,a@yahoo.com,"smtp;421 4.7.0 [TSS04] temporarily deferred",192.0.2.7\n`;
  t.match((await run([], input)).rows, [
    { line: 30_002, ip: '192.0.2.7', recipient: 'a@yahoo.com', blockCode: 'TSS04' },
  ]);
});

t.test('a rotated log is unzipped on the way', async (t) => {
  const folder = t.testdir({
    'mail.log.1.gz': gzipSync(`${BLOCK}\n`),
    'cut.gz': gzipSync(`${BLOCK}\n`).subarray(0, 40),
  });
  t.match(await run([join(folder, 'mail.log.1.gz')]), { status: 0, rows: [{ provider: 'yahoo', line: 1 }] });
  const cut = await run([join(folder, 'cut.gz')]);
  t.equal(cut.status, 2);
  t.match(cut.errors, /unexpected end of file/);
});
