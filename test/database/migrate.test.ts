import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import t, { type Test } from 'tap';
import { migrate as migrateAny } from '../../src/database/migrate.ts';
import { type Db, openDatabase } from '../../src/database/open.ts';
import type { Database } from '../../src/database/tables.ts';
import { emptyDatabase } from '../database.ts';

const SCRIPT = fileURLToPath(new URL('./migrate-process.fixture.ts', import.meta.url));
const STEPS = readdirSync(new URL('../../migrations/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .sort();
const ONE_CONNECTION = process.env['TEST_DATABASE_URL']
  ? false
  : 'the embedded database belongs to one process; set TEST_DATABASE_URL to a PostgreSQL server';

const migrate = (db: Db) => migrateAny(db as never);

async function linesOf(db: Db, query: ReturnType<typeof sql<{ line: string }>>): Promise<string[]> {
  return (await query.execute(db)).rows.map((row) => row.line);
}

const applied = (db: Db) => linesOf(db, sql`select name as line from kysely_migration order by name`);

/** All that a migration can make, a line each, and when each migration ran. */
const schemaOf = (db: Db) =>
  linesOf(
    db,
    sql`
    select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
      from information_schema.columns where table_schema = 'public'
    union all select format('%s %s', conname, pg_get_constraintdef(oid))
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
    order by line`,
  );

const tablesOf = (db: Db) =>
  linesOf(
    db,
    sql`select tablename as line from pg_tables where schemaname = 'public' and tablename not like 'kysely%' order by line`,
  );

t.test('a fresh database gets every migration, in order, and a second start changes nothing', async (t) => {
  const { db } = await emptyDatabase(t);
  t.strictSame(await migrate(db), STEPS);
  t.strictSame(await applied(db), STEPS);
  const schema = await schemaOf(db);
  t.ok(schema.length > 200, 'there is something to compare');
  const ran = await linesOf(db, sql`select timestamp as line from kysely_migration order by name`);
  await sql`insert into addresses (network, label) values ('203.0.113.7/32', 'web-3')`.execute(db);
  t.strictSame(await migrate(db), []);
  t.strictSame(await schemaOf(db), schema);
  t.strictSame(await linesOf(db, sql`select timestamp as line from kysely_migration order by name`), ran);
  t.strictSame(await linesOf(db, sql`select label as line from addresses`), ['web-3'], 'what was kept stays');
});

/** Brings a database to where an older release left it: its first so many steps. */
async function migrateTo(db: Db, steps: number): Promise<void> {
  const loaded = STEPS.slice(0, steps).map(async (name) => [
    name,
    (await import(`../../migrations/${name}.ts`)) as Migration,
  ]);
  const migrations = Object.fromEntries(await Promise.all(loaded));
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
  }).migrateToLatest();
  if (error) throw error;
}

t.test('a database of an older release gets the steps that it lacks, and those only', async (t) => {
  const { db: fresh } = await emptyDatabase(t);
  await migrate(fresh);
  for (const steps of [1, STEPS.length - 1]) {
    const { db } = await emptyDatabase(t);
    await migrateTo(db, steps);
    t.strictSame(await migrate(db), STEPS.slice(steps));
    t.strictSame(await applied(db), STEPS);
    t.strictSame(await schemaOf(db), await schemaOf(fresh));
  }
});

t.test('a database of a newer release is refused, and left alone', async (t) => {
  const { db } = await emptyDatabase(t);
  await migrate(db);
  const schema = await schemaOf(db);
  await sql`insert into kysely_migration values ('9998-later', '2100-01-01T00:00:00.000Z'),
    ('9999-much-later', '2100-01-01T00:00:01.000Z')`.execute(db);
  const refusal = {
    name: 'WrongDatabaseVersion',
    message:
      'The database was written by a newer release (step 9999-much-later). Install that release, or restore an older backup.',
  };
  await t.rejects(migrate(db), refusal);
  await sql`delete from kysely_migration where name = ${STEPS.at(-1)}`.execute(db);
  await t.rejects(migrate(db), refusal, 'also where a step of ours is missing');
  t.strictSame(await applied(db), [...STEPS.slice(0, -1), '9998-later', '9999-much-later']);
  t.strictSame(await schemaOf(db), schema);
});

t.test('a migration that fails names itself and leaves nothing half done', async (t) => {
  const { db } = await emptyDatabase(t);
  const inTheWay = {
    '0001-accounts': 'setup_links',
    '0002-incidents': 'rejections',
    '0003-correspondence': 'evidence',
    '0004-timeline': 'timeline_entries',
    '0006-observations': 'observed_hours',
  };
  for (const [step, table] of Object.entries(inTheWay)) {
    await sql`create table ${sql.id(table)} (somebody_elses text)`.execute(db);
    await t.rejects(
      migrate(db),
      {
        name: 'MigrationFailed',
        message: `Migration failed at step ${step}: relation "${table}" already exists. The database is as it was.`,
        cause: { code: '42P07' },
      },
      step,
    );
    t.strictSame(await tablesOf(db), [table], `${step}: only what was there before`);
    t.strictSame(await applied(db), [], `${step}: no step counts as done`);
    const functions = sql<{
      line: string;
    }>`select proname as line from pg_proc where pronamespace = 'public'::regnamespace`;
    t.strictSame(await linesOf(db, functions), []);
    await sql`drop table ${sql.id(table)}`.execute(db);
  }
  t.strictSame(await migrate(db), STEPS, 'and with nothing in the way, the next start does all of it');
});

t.test('a database that cannot answer is not taken for an empty one', async (t) => {
  const { db } = await emptyDatabase(t);
  await sql`create view kysely_migration as select 1 / 0 as name`.execute(db);
  await t.rejects(migrate(db), { code: '22012' });
  t.strictSame(await tablesOf(db), []);
});

/** Another process, connected and waiting to be told to migrate. */
async function starter(t: Test, url: string) {
  const child = spawn(process.execPath, [SCRIPT, url], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  // One that has migrated goes by itself, and may be gone already.
  child.stdin.on('error', () => {});
  t.teardown(async () => {
    child.stdin.end('end\n');
    await exit;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => JSON.parse((await lines.next()).value as string);
  t.strictSame(await line(), { connected: true });
  return async (): Promise<{ steps?: string[]; failed?: string }> => {
    child.stdin.write('go\n');
    return line();
  };
}

for (const processes of [2, 4]) {
  t.test(
    `${processes} processes that start at once on one empty database run each migration once`,
    { skip: ONE_CONNECTION },
    async (t) => {
      const alone = await emptyDatabase(t);
      await migrate(alone.db);
      const { db, url = '' } = await emptyDatabase(t);
      const starters = await Promise.all(Array.from({ length: processes }, () => starter(t, url)));
      const answers = await Promise.all(starters.map((start) => start()));
      t.strictSame(
        answers.filter((answer) => answer.failed),
        [],
        'none fails',
      );
      t.strictSame(answers.flatMap((answer) => answer.steps).sort(), STEPS);
      t.strictSame(await applied(db), STEPS);
      t.strictSame(await schemaOf(db), await schemaOf(alone.db));
    },
  );
}

t.test('the time limit of pages does not hold for a migration', { skip: ONE_CONNECTION }, async (t) => {
  const { url = '' } = await emptyDatabase(t);
  const pool = (limit?: number) =>
    new pg.Pool({ connectionString: url, max: 1, ...(limit ? { statement_timeout: limit } : {}) });
  const other = await pool().connect();
  // What the migrator of another process holds while it works (LOCK_ID of kysely's PostgresAdapter).
  await other.query('select pg_advisory_lock(3853314791062309107)');
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: pool(100) }) });
  t.teardown(async () => {
    await db.destroy();
    other.release(true);
  });
  const migrated = migrate(db);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await other.query('select pg_advisory_unlock(3853314791062309107)');
  t.strictSame(await migrated, STEPS);
  const { rows } = await sql<{ statement_timeout: string }>`show statement_timeout`.execute(db);
  t.equal(rows[0]?.statement_timeout, '100ms', 'afterwards it holds again');
});

t.test('four pools of one process that start at once, five times', { skip: ONE_CONNECTION }, async (t) => {
  for (let round = 1; round <= 5; round++) {
    const { db, url } = await emptyDatabase(t);
    const others = await Promise.all([1, 2, 3].map(() => openDatabase({ databaseUrl: url, dataDir: '' })));
    const all = [db, ...others.map((other) => other.db)];
    await Promise.all(all.map((each) => sql`select 1`.execute(each)));
    const answers = await Promise.allSettled(all.map(migrate));
    await Promise.all(others.map((other) => other.close()));
    t.strictSame(
      answers
        .flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : String(answer.reason)))
        .sort(),
      STEPS,
      `round ${round}`,
    );
    t.strictSame(await applied(db), STEPS);
  }
});
