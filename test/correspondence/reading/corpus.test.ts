import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { confusion } from '../../confusion.fixture.ts';
import { judged, type LabelledReply, percent, share } from './judging.fixture.ts';

/** Labelled samples of other people, read in place; see their own README for the labels. */
const root = resolve(import.meta.dirname, '../../..');
const folder = resolve(root, process.env['CORPUS_DIR'] ?? '../shared/corpus');

/**
 * Retold in words that name nobody: nothing in the text tells whose desk wrote, so the right answer is nobody. In the
 * product the provider that was asked is known.
 */
const NAMES_NOBODY = new Set([
  'rp-044d3c423c',
  'rp-08b5a4d83f',
  'rp-16f8bbc6f4',
  'rp-220d49396f',
  'rp-355e62ceaf',
  'rp-3e4ae909d3',
  'rp-5953896234',
  'rp-5b89711143',
  'rp-72e0bb127d',
  'rp-9a8dd6fa7d',
  'rp-c46388de97',
  'rp-c74b8627bb',
  'rp-cf8cead6db',
  'rp-e59144519d',
]);

/** Labelled before the samples' rules were written, and otherwise than these say. They count as misses in the figure of all. */
const AT_ODDS = new Set([
  'rp-7311a30eb8', // closed; sent to another desk without a look at the case is `other` (rule 20)
  'rp-e59144519d', // mitigated; no longer banned, without a word of who did it, is `not-blocked` (rule 16)
  'rp-fb8f47abb3', // closed; a first result in the mail wins (rule 19), and the domain stays listed
]);

for (const name of ['replies.jsonl', 'replies-synthetic.jsonl']) {
  const file = resolve(folder, name);
  const skip = existsSync(file) ? false : `${name} is not at hand: set CORPUS_DIR to the folder that has it`;
  t.test(name, { skip }, async (t) => {
    const rows = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as LabelledReply);
    const all = judged(rows);
    const figures = (counted: typeof all): string =>
      `verdict ${percent(counted.map((one) => one.verdict))}, ticket ${percent(counted.map((one) => one.ticket))}, provider ${percent(counted.map((one) => one.provider))}`;
    t.comment(`as labelled: ${figures(all)}`);
    for (const { row, got, verdict } of all)
      if (!verdict) t.comment(`${row.id}: ${row.verdict}, read as ${got.verdict} by ${got.rule}`);
    const pairs = all.map(({ row, got }) => ({ is: row.verdict, read: got.verdict }));
    for (const line of confusion(pairs)) t.comment(line);
    const told = all.filter(({ row }) => !AT_ODDS.has(row.id));
    const naming = all.filter(({ row }) => !NAMES_NOBODY.has(row.id));
    t.ok(share(told.map((one) => one.verdict)) >= 0.95, `verdict ${percent(told.map((one) => one.verdict))}`);
    t.ok(share(all.map((one) => one.ticket)) >= 0.98, `ticket ${percent(all.map((one) => one.ticket))}`);
    t.ok(
      share(naming.map((one) => one.provider)) >= 0.98,
      `provider ${percent(naming.map((one) => one.provider))}`,
    );
    const guessed = all.filter(({ row, got }) => NAMES_NOBODY.has(row.id) && got.provider !== null);
    t.same(
      guessed.map(({ row }) => row.id),
      [],
      'nobody is named by words that name nobody',
    );
    t.same(
      all.filter((one) => one.harmful).map(({ row }) => row.id),
      [],
      'no refusal is read as relief',
    );
    t.same(
      all.filter((one) => !one.addresses).map(({ row }) => row.id),
      [],
      'each address has its own result',
    );
  });
}
