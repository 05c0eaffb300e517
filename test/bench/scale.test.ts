import { sql } from 'kysely';
import t from 'tap';
import type { Db } from '../../src/database/open.ts';
import { testDatabase } from '../database.ts';
import type { Bar } from './scale/bar.ts';
import { buildScale } from './scale/build.ts';

/** The data of the bench of scale, at a thousandth. */
const SIZE = { size: 0.001, seed: 1, open: undefined };
const until = new Date('2026-11-01T12:00:00Z');
const quiet: Bar = { at: () => {}, finished: () => {}, end: () => {} };

const TABLES = [
  'incidents',
  'incident_addresses',
  'reports',
  'rejections',
  'tickets',
  'letters',
  'messages',
  'timeline_entries',
  'letter_outcomes',
  'outcome_sums',
  'observed_hours',
  'observed_minutes',
  'snapshots',
  'complaints',
];

/** What each table holds, but for when the database wrote it. */
async function contents(db: Db): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const { rows } = await sql<{ n: string }>`
      select count(*) || ' ' || sum(hashtextextended(t::text, 0)) as n from ${sql.table(table)} t`.execute(
      db,
    );
    found[table] = rows[0]?.n ?? '';
  }
  return found;
}

t.test('a build that is stopped again and again gives what one build gives', async (t) => {
  const [one, other] = [await testDatabase(t), await testDatabase(t)];
  await buildScale(one, SIZE, { until, bar: quiet });
  let stops = 0;
  for (let finished = false; !finished; ) {
    let parts = 0;
    const at = () => {
      parts += 1;
      if (parts === 20) throw new Error('stopped');
    };
    const later = new Date(until.getTime() + stops * 1000);
    finished = await buildScale(other, SIZE, { until: later, bar: { ...quiet, at } }).then(
      () => true,
      (error: Error) => {
        t.equal(error.message, 'stopped');
        stops += 1;
        return stops > 50;
      },
    );
  }
  t.ok(stops > 2, `stopped ${stops} times`);
  const whole = await contents(one);
  t.strictSame(await contents(other), whole);
  t.match(whole['incidents'], /^100 /);
  t.match(whole['timeline_entries'], /^2000 /);

  await t.test('every row refers to rows that are there', async (t) => {
    const { rows } = await sql<{ name: string; from: string; to: string; column: string; key: string }>`
      select conname as name, conrelid::regclass::text as from, confrelid::regclass::text as to,
        (select attname from pg_attribute where attrelid = conrelid and attnum = conkey[1]) as column,
        (select attname from pg_attribute where attrelid = confrelid and attnum = confkey[1]) as key
      from pg_constraint where contype = 'f' and cardinality(conkey) = 1`.execute(one);
    t.ok(rows.length > 40, `${rows.length} foreign keys`);
    for (const { name, from, to, column, key } of rows) {
      const orphans = await sql`
        select from ${sql.table(from)} a where a.${sql.ref(column)} is not null
          and not exists (select from ${sql.table(to)} b where b.${sql.ref(key)} = a.${sql.ref(column)})`.execute(
        one,
      );
      t.equal(orphans.rows.length, 0, name);
    }
  });

  await t.test('indexes are all back, and new rows get numbers of their own', async (t) => {
    const { rows } = await sql`select from scale.dropped_indexes`.execute(other);
    t.equal(rows.length, 0);
    const added = await sql<{ id: number }>`
      insert into tickets (incident_number, reference, channel, opened_at) values (1, 'NEW-1', 'form', now()) returning id`.execute(
      other,
    );
    t.ok((added.rows[0]?.id ?? 0) > 0);
  });

  await t.test('data of another seed are refused', async (t) => {
    await t.rejects(buildScale(one, { ...SIZE, seed: 2 }, { until, bar: quiet }), /drop it, or name another/);
  });
});
