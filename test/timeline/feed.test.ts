import { setTimeout } from 'node:timers/promises';
import { type CompiledQuery, sql } from 'kysely';
import t from 'tap';
import { asLines } from '../../src/backup/check.ts';
import { loadBackup } from '../../src/backup/load.ts';
import { backupLines } from '../../src/backup/read.ts';
import { readFeedCursor } from '../../src/timeline/cursor.ts';
import { readFeed } from '../../src/timeline/feed.ts';
import { openSnapshot } from '../../src/transfer/export/snapshot.ts';
import { emptyDatabase } from '../database.ts';
import { BOOTSTRAP, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { insertEntries, insertIncidents } from '../many-rows.ts';
import { watched } from '../paging/queries.fixture.ts';

type Page = { items: { id: number; incident: number; kind: string }[]; next: string; more: boolean };

const query = (values: Record<string, string | number>) => new URLSearchParams(values as never).toString();

/** All pages from a cursor on, and the cursor behind them. */
async function readOn({ api }: TestDesk, cursor?: string, limit = 50) {
  const ids: number[] = [];
  let next = cursor;
  for (;;) {
    const { status, body } = await api('GET', `/timeline?${query({ limit, ...(next && { cursor: next }) })}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    const page = body as Page;
    ids.push(...page.items.map(({ id }) => id));
    next = page.next;
    if (!page.more) return { ids, next };
  }
}

const allIds = async ({ db }: TestDesk) =>
  (await db.selectFrom('timeline_entries').select('id').orderBy('id').execute()).map(({ id }) => id);

t.test('all timelines are read as one, each entry once, and later what came since', async (t) => {
  const desk = await testDesk(t);
  const empty = await desk.api('GET', '/timeline');
  t.match(empty, { status: 200, body: { items: [], more: false, next: String } });

  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/notes', { text: 'Asked the customer.' });
  const all = await allIds(desk);
  t.ok(all.length >= 3, `${all.length} entries`);
  const first = await readOn(desk, empty.body.next, 2);
  t.strictSame(first.ids, all);
  t.strictSame((await readOn(desk)).ids, all, 'also without a cursor');
  t.strictSame((await readOn(desk, first.next)).ids, [], 'and none again');

  const note = await desk.api('POST', '/incidents/1/notes', { text: 'The customer answered.' });
  const page = (await desk.api('GET', `/timeline?${query({ cursor: first.next })}`)).body;
  t.strictSame(page.items, [note.body]);
  t.equal(page.items[0].incident, 1);

  const now = (await desk.api('GET', '/timeline?from=now')).body;
  t.strictSame(now.items, []);
  const last = await desk.api('POST', '/incidents/1/notes', { text: 'It is over.' });
  t.strictSame((await readOn(desk, now.next)).ids, [last.body.id], 'from now on');
});

t.test('what is written between two pages comes with the next turn', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const before = await allIds(desk);
  const { body: page } = await desk.api('GET', '/timeline?limit=1');
  t.equal(page.more, true);
  const note = await desk.api('POST', '/incidents/1/notes', { text: 'Meanwhile.' });
  const turn = await readOn(desk, page.next, 1);
  t.strictSame([page.items[0].id, ...turn.ids], before);
  t.strictSame((await readOn(desk, turn.next)).ids, [note.body.id]);
});

const { TEST_DATABASE_URL: server } = process.env;
const skip = server ? false : 'two transactions at once need a server';
t.test('an entry whose transaction ends after later ones is not left out', { skip }, async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const start = await readOn(desk);
  const { promise: written, resolve: isWritten } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const slow = desk.db.transaction().execute(async (trx) => {
    await sql`insert into timeline_entries (incident_number, kind, actor_name, detail)
      values (1, 'note-added', 'Slow', '{"text":"slow"}')`.execute(trx);
    isWritten();
    await mayEnd;
  });
  await written;
  const quick = await desk.api('POST', '/incidents/1/notes', { text: 'quick' });
  const meanwhile = await readOn(desk, start.next);
  t.strictSame(meanwhile.ids, [quick.body.id]);
  end();
  await slow;
  const after = await readOn(desk, meanwhile.next);
  t.equal(after.ids.length, 1);
  t.ok((after.ids[0] as number) < quick.body.id, 'the slow one had the lower id');
});

t.test('entries that came with a backup come first, once', async (t) => {
  const desk = await testDesk(t);
  await insertIncidents(desk.db, 3);
  await insertEntries(desk.db, [1, 2, 3], 30);
  // Past the trigger that keeps entries as they are.
  await desk.db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`update timeline_entries set xact = null where id % 2 = 0`.execute(trx);
  });
  const { ids, next } = await readOn(desk, undefined, 7);
  const all = await allIds(desk);
  t.strictSame(ids, [...all.filter((id) => id % 2 === 0), ...all.filter((id) => id % 2 === 1)]);
  t.strictSame((await readOn(desk, next)).ids, []);
});

t.test('cursors that were not given are refused in words', async (t) => {
  const desk = await testDesk(t);
  const given = (await desk.api('GET', '/timeline')).body.next as string;
  const [list, database, ...rest] = JSON.parse(Buffer.from(given, 'base64url').toString());
  const made = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
  t.match(await desk.api('GET', `/timeline?cursor=${made(list, `${database}1`, ...rest)}`), {
    status: 400,
    body: { detail: 'This cursor is of another database; begin again without it.' },
  });
  for (const cursor of [
    made(list, database, '9:3:', '', '0', '0'),
    made(list, database, 'now', '', '0', '0'),
    made(list, database, '1:1:', "1:1:' or true", '0', '0'),
    made(list, database, '', '', 'x', '0'),
    made(list, database, '', '', '0', '-1'),
    made('incidents', 3),
    'x'.repeat(13_000),
  ]) {
    const { status } = await desk.api('GET', `/timeline?cursor=${cursor}`);
    t.ok(status === 400 || status === 422, `${status} for ${cursor.slice(0, 60)}`);
  }
});

const REFUSED = { status: 400, body: { detail: /of another database/ } };

t.test(
  'a database knows its own cursors, and those of no other, also of one that it was copied from',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    const { next } = await readOn(desk);
    const place = readFeedCursor(next);
    t.match(await readFeed(desk.db, place, 10), { entries: [] });

    const trx = await openSnapshot(desk.db);
    const { db: restored } = await emptyDatabase(t);
    await loadBackup(restored, asLines(backupLines(trx)));
    await trx.rollback().execute();
    t.equal(await readFeed(restored, place, 10), undefined, 'brought in by a backup');
    t.match(await readFeed(restored, undefined, 10), { entries: [{}] });

    // Other tools write the same values, in a transaction of their own.
    await sql`update database_identity set id = id`.execute(desk.db);
    t.match(await desk.api('GET', `/timeline?${query({ cursor: next })}`), REFUSED);
    await sql`delete from database_identity`.execute(desk.db);
    t.match(await desk.api('GET', '/timeline'), { status: 500 }, 'without one, no cursor is given');
  },
);

t.test('nor one that is further than it: its files were put back', async (t) => {
  const desk = await testDesk(t);
  const [list, database] = JSON.parse(
    Buffer.from((await desk.api('GET', '/timeline')).body.next, 'base64url').toString(),
  );
  const made = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
  for (const rest of [
    ['9000000000:9000000000:', '', '0', '0'],
    ['1:1:', '9000000000:9000000000:', '2', '1'],
  ])
    t.match(await desk.api('GET', `/timeline?cursor=${made(list, database, ...rest)}`), REFUSED);
});

const alone = server ? 'roles are of the whole server' : false;
t.test('whoever may only read and write tables reads it', { skip: alone }, async (t) => {
  const desk = await testDesk(t);
  await sql`revoke execute on function pg_control_system() from public`.execute(desk.db);
  await sql`create role plain`.execute(desk.db);
  await sql`grant all on all tables in schema public to plain`.execute(desk.db);
  await sql`set role plain`.execute(desk.db);
  t.match(await desk.api('GET', '/timeline'), { status: 200 });
});

/**
 * The feed from now on, told when no transaction is open that began before the newest entry was written: one
 * of any database of the server, a neighbour's as well, makes the next turn look at all entries since it began.
 */
async function nowBehindAll({ api, db }: TestDesk): Promise<string> {
  for (;;) {
    const { next } = (await api('GET', '/timeline?from=now')).body;
    const { rows } = await sql<{ behind: boolean }>`
      select max(xact) < pg_snapshot_xmin(${readFeedCursor(next)?.since}::pg_snapshot) as behind
      from timeline_entries`.execute(db);
    if (rows[0]?.behind) return next;
    await setTimeout(50);
  }
}

t.test('a turn reads what is new, however much there is', async (t) => {
  const desk = await testDesk(t);
  await insertIncidents(desk.db, 100);
  await insertEntries(
    desk.db,
    Array.from({ length: 100 }, (_, index) => index + 1),
    5000,
  );
  const next = await nowBehindAll(desk);
  await insertEntries(desk.db, [7], 3);
  await sql`analyze`.execute(desk.db);
  t.equal((await readOn(desk, next)).ids.length, 3);

  const { queriesOf, app } = await watched(t, desk);
  const headers = { authorization: `Bearer ${BOOTSTRAP}` };
  const plansOf = async (cursor: string) => {
    const queries = await queriesOf(() =>
      app.inject({ url: `/api/v1/timeline?${query({ cursor, limit: 10 })}`, headers }),
    );
    const [reading] = queries.filter(({ sql: text }) => text.includes('from timeline_entries'));
    const { rows } = await desk.db.executeQuery<{ 'QUERY PLAN': string }>({
      ...(reading as CompiledQuery),
      sql: `explain (analyze, buffers, timing off) ${reading?.sql}`,
    });
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const start = (await desk.api('GET', '/timeline?limit=10')).body.next;
  for (const cursor of [next, start]) {
    const plan = await plansOf(cursor);
    t.match(plan, /Index Scan using timeline_entries_committed_idx/);
    t.notMatch(plan, /Seq Scan|Removed by Filter: [1-9]\d/);
    t.ok(Number(/Buffers: shared hit=(\d+)/.exec(plan)?.[1]) < 10, plan);
  }
});
