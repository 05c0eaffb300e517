import { sql } from 'kysely';
import t from 'tap';
import { oneOf, rowsOf } from '../../src/database/one-of.ts';
import { openDatabase } from '../../src/database/open.ts';
import { testDatabase } from '../database.ts';

t.test('few values and many are found alike, and none finds nothing', async (t) => {
  const db = await testDatabase(t);
  const upTo = (most: number) => Array.from({ length: most }, (_, index) => index + 1);
  for (const most of [0, 1, 4, 5, 40]) {
    const found = await sql<{ n: number }>`
      select n from generate_series(0, 100) n where n ${oneOf(upTo(most), 'integer')} order by n`.execute(db);
    t.strictSame(
      found.rows.map(({ n }) => n),
      upTo(most),
    );
    const rows = await sql<{ n: number }>`
      select given.n from ${rowsOf(upTo(most), 'integer')} as given (n) order by n`.execute(db);
    t.strictSame(
      rows.rows.map(({ n }) => n),
      upTo(most),
    );
  }
  const { rows } = await sql`
    select 1 as here where '192.0.2.7'::inet ${oneOf(['192.0.2.6', '192.0.2.7'], 'inet')}`.execute(db);
  t.equal(rows.length, 1);
});

const databaseUrl = process.env['TEST_DATABASE_URL'];
const skip = databaseUrl ? false : 'it is about plans of a server: TEST_DATABASE_URL is not set';

t.test('a statement with few values is planned once', { skip }, async (t) => {
  const { db, close } = await openDatabase({ databaseUrl, dataDir: '' });
  t.teardown(close);
  await db.connection().execute(async (one) => {
    await sql`create temporary table planned_trial as select n from generate_series(1, 10000) n`.execute(one);
    await sql`create index on planned_trial (n)`.execute(one);
    await sql`analyze planned_trial`.execute(one);
    for (let i = 1; i <= 12; i++)
      await sql`select n from planned_trial where n ${oneOf([i], 'integer')}`.execute(one);
    const { rows } = await sql<{ custom: number; generic: number }>`
      select custom_plans as custom, generic_plans as generic from pg_prepared_statements
      where statement like '%from planned_trial%'`.execute(one);
    // The first two have no name; five are planned with their values, by which the planner compares.
    t.match(rows, [{ custom: 5, generic: 5 }]);
  });
});
