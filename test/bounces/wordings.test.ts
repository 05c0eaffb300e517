import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from './parsing.fixture.ts';

const ROWS = [
  'wordings',
  'wordings-fresh',
  'wordings-further',
  'wordings-mended',
  'wordings-plain',
  'wordings-regional',
  'wordings-unseen',
].flatMap((name) => {
  const file = new URL(`../fixtures/${name}.tsv`, import.meta.url);
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(2);
});

t.test('replies are read as their receivers mean them', (t) => {
  for (const row of ROWS) {
    const [provider, reason, address, codes, blockCode, reply = ''] = row.split('\t');
    const { rejections, notBlocks } = parse(
      reply.replace(/\\(\\?)n/g, (_, kept) => (kept === '' ? '\n' : '\\n')),
    );
    const found = [...rejections, ...notBlocks].map((one) => ({
      provider: one.provider ?? '-',
      reason: one.reason,
      address: one.ip ?? '-',
      codes: [one.replyCode, one.enhancedCode].filter((code) => code !== null).join(' ') || '-',
      blockCode: one.blockCode ?? '-',
    }));
    t.same(found, [{ provider, reason, address, codes, blockCode }], reply);
  }
  t.ok(ROWS.length > 100);
  t.end();
});
