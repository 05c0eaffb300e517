import { sql } from 'kysely';
import t from 'tap';
import type { Trx } from '../../src/database/open.ts';
import { COMMITTED, readNews, readPlace } from '../../src/timeline/news.ts';
import { addNote } from '../../src/timeline/notes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDatabase } from '../database.ts';
import { insertAddresses, insertEntries, insertIncidents } from '../many-rows.ts';

const ON_SERVER = process.env['TEST_DATABASE_URL'] ? false : 'two transactions at once need a server';

async function filled(t: Parameters<typeof testDatabase>[0]) {
  const db = await testDatabase(t);
  await insertAddresses(db, 4);
  await insertIncidents(db, 8);
  const note = (number: number) =>
    db.transaction().execute((trx) => addNote(trx, SYSTEM, number, 'Called them.'));
  return { db, note };
}

/** A transaction that has written and is held open. */
function held(db: Awaited<ReturnType<typeof testDatabase>>, work: (trx: Trx) => Promise<unknown>) {
  let commit = () => {};
  const isHeld = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let wrote = () => {};
  const written = new Promise<void>((resolve) => {
    wrote = resolve;
  });
  const done = db.transaction().execute(async (trx) => {
    await work(trx);
    wrote();
    await isHeld;
  });
  return {
    written,
    commit: () => {
      commit();
      return done;
    },
  };
}

t.test('what was written since a place is told once, whatever was before it', async (t) => {
  const { db, note } = await filled(t);
  await note(1);
  const first = await readPlace(db);
  t.strictSame(await readNews(db, first, 10).then(({ entries, isAll }) => ({ entries, isAll })), {
    entries: [],
    isAll: false,
  });
  await note(2);
  await note(3);
  const news = await readNews(db, first, 10);
  t.strictSame(
    news.entries.map(({ number, kind }) => [number, kind]),
    [
      [2, 'note-added'],
      [3, 'note-added'],
    ],
  );
  t.strictSame((await readNews(db, news.place, 10)).entries, [], 'and not again');
  t.strictSame((await readNews(db, first, 10)).entries.length, 2, 'but to whoever is still there');
  t.strictSame(await readNews(db, first, 1).then(({ entries, isAll }) => ({ entries, isAll })), {
    entries: [],
    isAll: true,
  });
});

t.test(
  'entries are told when they become visible, not in the order of their ids: none is missed',
  { skip: ON_SERVER },
  async (t) => {
    const { db, note } = await filled(t);
    const start = await readPlace(db);
    const slow = held(db, (trx) => addNote(trx, SYSTEM, 1, 'Written first, committed last.'));
    await slow.written;
    await note(2);
    const while_ = await readNews(db, start, 10);
    t.strictSame(
      while_.entries.map(({ number }) => number),
      [2],
      'the other is not held up',
    );
    const later = await readNews(db, while_.place, 10);
    t.strictSame(later.entries, []);
    await slow.commit();
    t.strictSame(
      (await readNews(db, later.place, 10)).entries.map(({ number }) => number),
      [1],
      'and the one with the lower id follows',
    );
    t.strictSame(
      (await readNews(db, start, 10)).entries.map(({ number }) => number).toSorted(),
      [1, 2],
      'both for whoever was away',
    );
    const undone = held(db, async (trx) => {
      await addNote(trx, SYSTEM, 3, 'Never.');
      await sql`savepoint one`.execute(trx);
      await addNote(trx, SYSTEM, 4, 'Taken back.');
      await sql`rollback to savepoint one`.execute(trx);
      await addNote(trx, SYSTEM, 5, 'Kept.');
    });
    await undone.written;
    const before = await readPlace(db);
    await undone.commit();
    t.strictSame(
      (await readNews(db, before, 10)).entries.map(({ number }) => number).toSorted(),
      [3, 5],
      'also after parts of it were taken back',
    );
  },
);

t.test('a place that is none of this database asks to look for oneself', async (t) => {
  const { db, note } = await filled(t);
  await note(1);
  for (const place of [
    '',
    'x',
    '5:3:',
    '1:2:9,9',
    '99999999999:99999999999:',
    '9999999999999999999:9999999999999999999:',
    "1:1:' or true",
  ]) {
    const news = await readNews(db, place, 10);
    t.equal(news.isAll, true, place);
    t.equal((await readNews(db, news.place, 10)).isAll, false, 'and goes on from there');
  }
});

t.test('entries that were restored from a server that was further on are no news', async (t) => {
  const { db, note } = await filled(t);
  const place = await readPlace(db);
  await sql`insert into timeline_entries (incident_number, kind, actor_name, xact)
    values (1, 'note-added', 'J', '900000000'::xid8)`.execute(db);
  await note(2);
  const { entries } = await readNews(db, place, 10);
  t.strictSame(
    entries.map(({ number }) => number),
    [2],
  );
});

t.test('looking for news walks no timeline', async (t) => {
  const { db } = await filled(t);
  await insertEntries(db, [1, 2, 3, 4, 5, 6, 7, 8], 8000);
  const place = await readPlace(db);
  await insertEntries(db, [1], 3);
  await sql`analyze timeline_entries`.execute(db);
  const { rows } = await sql<{ 'QUERY PLAN': unknown }>`explain (analyze, format json)
    select incident_number from timeline_entries
    where ${COMMITTED} >= pg_snapshot_xmin(${place}::pg_snapshot) and ${COMMITTED} < pg_snapshot_xmax(pg_current_snapshot())
      and not pg_visible_in_snapshot(${COMMITTED}, ${place}::pg_snapshot)
    order by ${COMMITTED} limit 201`.execute(db);
  const plan = JSON.stringify(rows);
  t.match(plan, /timeline_entries_committed_idx/);
  t.notMatch(plan, /Seq Scan/);
});
