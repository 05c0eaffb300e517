import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { classifyReply } from '../../src/correspondence/classify.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';

type Labelled = { id: string; text: string; provider: string; verdict: string; ticket: string };

const root = resolve(import.meta.dirname, '../..');
const folder = resolve(root, process.env['CORPUS_DIR'] ?? '../shared/corpus');
const catalogue = readCatalogue();
const RELIEF = ['mitigated', 'conditionally-mitigated'];

for (const name of ['replies.jsonl', 'replies-synthetic.jsonl']) {
  const file = resolve(folder, name);
  const skip = existsSync(file) ? false : `${name} is not at hand: set CORPUS_DIR to the folder that has it`;
  t.test(name, { skip }, async (t) => {
    const rows = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Labelled);
    const read = rows.map((row) => ({ row, got: classifyReply({ text: row.text }, { catalogue }) }));
    const wrong = read.filter(({ row, got }) => got.verdict !== row.verdict);
    const references = read.filter(({ row, got }) => (got.reference ?? '-') === row.ticket).length;
    const providers = read.filter(({ row, got }) => (got.provider ?? '-') === row.provider).length;
    const share = (count: number): string =>
      `${count}/${rows.length} (${((100 * count) / rows.length).toFixed(1)} %)`;
    t.comment(
      `verdict ${share(rows.length - wrong.length)}, ticket ${share(references)}, provider ${share(providers)}`,
    );
    for (const { row, got } of wrong)
      t.comment(`${row.id}: ${row.verdict}, read as ${got.verdict} by ${got.rule}`);
    t.ok(rows.length - wrong.length >= 0.85 * rows.length, 'at least 85 % of the verdicts are right');
    t.ok(references >= 0.9 * rows.length, 'at least 90 % of the ticket references are right');
    const harmful = wrong.filter(({ row, got }) => row.verdict === 'denied' && RELIEF.includes(got.verdict));
    t.strictSame(
      harmful.map(({ row }) => row.id),
      [],
      'no refusal is read as relief',
    );
  });
}
