import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { classifyCommand, looksLikeMail } from '../../src/cli/classify.ts';

type Outcome = { code: number; lines: Record<string, unknown>[]; error: string };

async function run(args: string[], input = ''): Promise<Outcome> {
  let out = '';
  let error = '';
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(input);
  }
  const write = (text: string): void => {
    out += text;
  };
  const code = await classifyCommand(args, {
    stdin: stdin(),
    stdout: { write },
    stderr: {
      write: (text: string) => {
        error += text;
      },
    },
  });
  return {
    code,
    error,
    lines: out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line)),
  };
}

const MAIL = [
  'From: Removals <removals@spamhaus.org>',
  'To: postmaster@example.com',
  'Subject: =?utf-8?Q?=5BST1790009=5D_caf=C3=A9.example?=',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'The listing of 192.0.2.5 has been re=',
  'moved.',
  '',
].join('\r\n');

t.test('tells the result of each address that a reply sorts', async (t) => {
  const { lines } = await run([], '192.0.2.5: mitigated\n192.0.2.6/31: not qualified');
  t.match(lines[0], {
    verdict: 'mitigated',
    addresses: [
      { network: '192.0.2.5', verdict: 'mitigated' },
      { network: '192.0.2.6/31', verdict: 'denied' },
    ],
  });
});

t.test('reads a reply from standard input', async (t) => {
  const { code, lines } = await run([], 'SRX1790000001ID\nYour IP 192.0.2.5 is not eligible.');
  t.equal(code, 0);
  t.equal(lines.length, 1);
  t.match(lines[0], { file: '-', provider: 'outlook-com', verdict: 'denied', reference: 'SRX1790000001ID' });
  t.strictSame(Object.keys(lines[0] ?? {}), [
    'file',
    'provider',
    'verdict',
    'reference',
    'confidence',
    'quote',
    'addresses',
  ]);
});

t.test('decodes a mail, by its name or by its headers', async (t) => {
  const folder = t.testdir({ 'answer.eml': MAIL, 'answer.txt': MAIL });
  const files = [join(folder, 'answer.eml'), join(folder, 'answer.txt')];
  const { code, lines } = await run(files);
  t.equal(code, 0);
  t.strictSame(
    lines.map((line) => line['file']),
    files,
  );
  for (const line of lines) {
    t.match(line, { provider: 'spamhaus', verdict: 'mitigated', reference: 'ST1790009' });
    t.equal(line['quote'], 'The listing of 192.0.2.5 has been removed.');
  }
});

t.test('a text with a subject line in front is no mail', async (t) => {
  t.notOk(looksLikeMail('Subject: answer\n\nWe removed it.'));
  t.ok(looksLikeMail(MAIL));
});

t.test('reads one field of JSON lines and echoes the id', async (t) => {
  const rows = [
    { id: 'a', text: 'We removed the block.' },
    { id: 7, text: ' ' },
    { id: 'c', text: 'The block stays.' },
  ];
  const { code, lines } = await run(['--jsonl', 'text'], rows.map((row) => JSON.stringify(row)).join('\n'));
  t.equal(code, 0);
  t.strictSame(
    lines.map(({ id, verdict }) => [id, verdict]),
    [
      ['a', 'mitigated'],
      ['c', 'denied'],
    ],
  );
});

t.test('takes the provider that is told', async (t) => {
  const { lines } = await run(['--provider', 'yahoo'], 'We removed the block.');
  t.match(lines, [{ provider: 'yahoo' }]);
});

t.test('1 when there is nothing, 2 for bad use', async (t) => {
  t.match(await run([], ' \n'), { code: 1, lines: [], error: '' });
  t.match(await run(['--unknown']), { code: 2, error: /Use/ });
  t.match(await run(['--provider', 'nobody'], 'x'), { code: 2, error: /nobody/ });
  t.match(await run(['/does/not/exist']), { code: 2, error: /does\/not\/exist/ });
  t.match(await run(['--jsonl', 'text'], '{"id":1}'), { code: 2, error: /line 1: no text in "text"/ });
  t.match(await run(['--jsonl', 'text'], 'nonsense'), { code: 2, error: /line 1: not JSON/ });
});

t.test('a broken mail is read as text', async (t) => {
  const file = join(t.testdir({}), 'broken.eml');
  writeFileSync(file, Buffer.from([0, 255, 254, 10, 10, ...Buffer.from('We removed the block.')]));
  t.equal((await run([file])).code, 0);
});
