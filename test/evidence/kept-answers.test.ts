import t from 'tap';
import { json } from '../../src/database/json.ts';
import { keptAnswers, LEFT_OUT, MOST_KEPT } from '../../src/evidence/kept-answers.ts';
import type { Found } from '../../src/evidence/kind.ts';
import { keepSnapshot } from '../../src/evidence/snapshots.ts';
import { signedIn, testDesk } from '../desk.ts';

const many = (n: number, length: number): Record<string, unknown> =>
  Object.fromEntries(
    Array.from({ length: n }, (_, index) => [
      `d${index}.example.com TXT`,
      { status: 'found', records: ['x'.repeat(length)] },
    ]),
  );

t.test('what fits is kept as it is', async (t) => {
  const raw = many(300, 100);
  t.equal(keptAnswers(raw), raw);
  t.strictSame(keptAnswers({}), {});
});

t.test('of more, whole answers are kept up to a bound, and the others counted', async (t) => {
  const raw = {
    ...many(300, 4000),
    'huge.example.com TXT': 'x'.repeat(MOST_KEPT),
    'last.example.com A': 'short',
  };
  const kept = keptAnswers(raw);
  const { [LEFT_OUT]: words, ...answers } = kept;
  const n = Object.keys(answers).length;
  t.ok(n > 50 && JSON.stringify(answers).length < MOST_KEPT * 1.1, `${n} answers`);
  t.equal(answers['last.example.com A'], 'short', 'a large one takes no room from a small one');
  for (const [question, answer] of Object.entries(answers))
    t.equal(answer, (raw as Record<string, unknown>)[question]);
  t.equal(words, `${302 - n} more answers came. No more than 256 KiB are kept of one look.`);
  t.strictSame(keptAnswers(kept), kept, 'and again it is the same');
});

t.test('a snapshot keeps and shows no more, and its page says so', async (t) => {
  const desk = await testDesk(t);
  const found: Found = { outcome: 'good', summary: 'fine', facts: [], claims: [], raw: many(300, 4000) };
  const { db } = desk;
  await db
    .transaction()
    .execute((trx) => keepSnapshot(trx, 'spf', { domain: 'example.com' }, found, new Date()));
  const row = await db.selectFrom('snapshots').selectAll().executeTakeFirstOrThrow();
  t.ok(JSON.stringify(row.raw).length < MOST_KEPT * 1.1);
  const browser = await signedIn(desk, 'viewer');
  const SAID = /\d+ more answers came\. No more than 256 KiB are kept of one look\./;
  t.match((await browser.get(`/snapshots/${row.id}`)).body, SAID);

  const { id: _, ...columns } = row;
  const older = await db
    .insertInto('snapshots')
    .values({
      ...columns,
      domain: 'example.net',
      facts: json([]),
      claims: json([]),
      raw: json(found.raw),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { body } = await browser.get(`/snapshots/${older.id}`);
  t.match(body, SAID, 'of one that an earlier release kept');
  t.ok(body.length < MOST_KEPT * 1.5);
});
