import t from 'tap';
import { firstWeek, WEEKS, weeksView } from '../../src/addresses/weeks.ts';
import { readWeeks } from '../../src/addresses/weeks-store.ts';
import { keepSnapshot } from '../../src/evidence/snapshots.ts';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

const NOW = new Date('2026-11-25T09:00:00Z');
const ADDRESS = '203.0.113.7';

const lists = (outcome: 'good' | 'bad') => ({
  outcome,
  summary: outcome,
  facts: [
    { key: 'bl.spamcop.net', label: 'SpamCop', outcome, words: outcome },
    { key: 'psbl.surriel.com', label: 'PSBL', outcome: 'good' as const, words: 'not listed' },
  ],
  claims: [],
  raw: {},
});

t.test('thirteen months: each kind of news in its week, and nothing where nothing is known', async (t) => {
  const desk = await testDesk(t);
  const { db } = desk;
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await db
    .updateTable('incidents')
    .set({ opened_at: new Date('2026-11-03T08:00:00Z'), closed_at: new Date('2026-11-10T08:00:00Z') })
    .execute();
  const keep = (outcome: 'good' | 'bad', at: string) =>
    db
      .transaction()
      .execute((trx) =>
        keepSnapshot(trx, 'public-lists', { address: ADDRESS }, lists(outcome), new Date(at)),
      );
  await keep('good', '2026-10-06T10:00:00Z');
  await keep('bad', '2026-10-13T10:00:00Z');
  await keep('good', '2026-10-27T10:00:00Z');
  const { id } = await db.selectFrom('addresses').select('id').executeTakeFirstOrThrow();
  for (const [outcome, count] of [
    ['accepted', 90],
    ['refused', 10],
  ] as const)
    await db
      .insertInto('observed_hours')
      .values({ address_id: id, provider: 'gmail', hour: new Date('2026-11-23T00:00:00Z'), outcome, count })
      .execute();

  const read = async (network: string) => weeksView(await readWeeks(db, network, firstWeek(NOW), NOW), NOW);
  const view = await read(`${ADDRESS}/32`);
  const rows = view.table.map(({ label, cells }) => [
    label,
    ...cells.map(({ level, words }) => (level === 'none' ? '' : `${level}: ${words}`)),
  ]);
  t.strictSame(rows, [
    ['23 November 2026', '', '', '', '', 'warn: 90 accepted, 10 refused'],
    ['9 November 2026', '', '', '', 'bad: #1', ''],
    ['2 November 2026', '', '', '', 'bad: #1', ''],
    ['26 October 2026', '', '', 'bad: SpamCop', '', ''],
    ['19 October 2026', '', '', 'bad: SpamCop', '', ''],
    ['12 October 2026', '', '', 'bad: SpamCop', '', ''],
    ['5 October 2026', '', '', 'good: on none', '', ''],
  ]);
  t.equal((await read('198.51.100.0/24')).isEmpty, true, 'another network has none of it');
  t.equal((await read('203.0.113.0/24')).table.length, rows.length, 'a range has that of its addresses');
  t.ok(view.rows.every((row) => row.cells.every(({ x, width }) => x >= 0 && x + width <= 100)));
  t.equal(firstWeek(NOW).getUTCDay(), 1, 'weeks begin on a Monday');
  t.equal(WEEKS, 57);
});

t.test('the page of an address draws them, with the same as a table', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const page = (await (await signedIn(desk)).get(`/addresses/${ADDRESS}`)).body;
  t.match(page, /aria-label="Incidents: 1 weeks? known/);
  t.match(page, /<th role="rowheader" scope="row">/);
});
