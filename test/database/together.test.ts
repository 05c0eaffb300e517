import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { openDatabase } from '../../src/database/open.ts';
import { asOneRequest } from '../../src/database/together.ts';

const databaseUrl = process.env['TEST_DATABASE_URL'];
const skip = databaseUrl ? false : 'it is about connections to a server: TEST_DATABASE_URL is not set';

t.test('queries that a request asks at once travel together', { skip }, async (t) => {
  const { db, close } = await openDatabase({ databaseUrl, dataDir: '' });
  t.teardown(close);
  const backend = async (of: typeof db = db) =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(of)).rows[0]?.pid ?? 0;

  await t.test('on one connection, each with its own answer', async (t) => {
    const answers = await asOneRequest(() =>
      Promise.all(
        Array.from({ length: 12 }, async (_, index) => [
          (await sql<{ n: number }>`select ${index}::integer as n`.execute(db)).rows[0]?.n,
          index,
        ]),
      ),
    );
    for (const [given, asked] of answers) t.equal(given, asked);
    const pids = await asOneRequest(() => Promise.all([backend(), backend(), backend()]));
    t.equal(new Set(pids).size, 1);
  });

  await t.test('those of two requests do not wait for each other', async (t) => {
    const slow = asOneRequest(() => Promise.all([sql`select pg_sleep(0.5)`.execute(db), backend()]));
    const quick = asOneRequest(() => Promise.all([backend(), backend()]));
    t.equal(await Promise.race([slow.then(() => 'slow'), quick.then(() => 'quick')]), 'quick');
    t.not((await slow)[1], (await quick)[0]);
  });

  await t.test('one that fails takes no other with it', async (t) => {
    const [before, failed, after] = await asOneRequest(() =>
      Promise.allSettled([backend(), sql`select 1 / 0`.execute(db), backend()]),
    );
    t.equal(before.status, 'fulfilled');
    t.equal(failed.status, 'rejected');
    t.equal(after.status, 'fulfilled');
  });

  await t.test('a transaction has a connection for itself, and is undone whole', async (t) => {
    await sql`create table together_trial (n integer)`.execute(db);
    t.teardown(() => sql`drop table together_trial`.execute(db));
    await asOneRequest(async () => {
      const undone = db.transaction().execute(async (trx) => {
        const beside = backend();
        await sql`insert into together_trial values (1)`.execute(trx);
        t.not(await backend(trx as never), await beside);
        throw new Error('undone');
      });
      await t.rejects(undone, { message: 'undone' });
      await sql`insert into together_trial values (2)`.execute(db);
    });
    const { rows } = await sql<{ n: number }>`select n from together_trial`.execute(db);
    t.strictSame(rows, [{ n: 2 }]);
  });

  await t.test(
    'a connection that breaks is told to all who asked, and the next request has another',
    async (t) => {
      const killer = new pg.Client({ connectionString: databaseUrl });
      await killer.connect();
      t.teardown(() => killer.end());
      const pid = await asOneRequest(() => backend());
      const asked = asOneRequest(() =>
        Promise.allSettled([sql`select pg_sleep(20)`.execute(db), backend(), backend()]),
      );
      // The idle connection that was used last is used next; whichever sleeps is the one to end.
      await killer.query(
        `do $$ begin for i in 1..200 loop
         perform pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep(20)%' and pid <> pg_backend_pid();
         exit when found; perform pg_sleep(0.05); perform pg_stat_clear_snapshot(); end loop; end $$`,
      );
      for (const one of await asked) t.equal(one.status, 'rejected');
      t.ok((await asOneRequest(() => backend())) > 0 && pid > 0);
    },
  );
});

t.test('statements that come again are planned once', { skip }, async (t) => {
  const { db, close } = await openDatabase({ databaseUrl, dataDir: '' });
  t.teardown(close);
  const other = await openDatabase({ databaseUrl, dataDir: '' });
  t.teardown(() => other.close());
  await sql`create table named_trial (n integer)`.execute(db);
  t.teardown(() => sql`drop table named_trial`.execute(other.db));
  await sql`insert into named_trial values (1)`.execute(db);
  const all = () => sql<{ n: number }>`select * from named_trial where n = ${1}::integer`.execute(db);
  const planned = async () =>
    (
      await sql<{ n: number }>`select count(*)::integer as n from pg_prepared_statements
        where statement ~ 'from named_trial'`.execute(db)
    ).rows[0]?.n;
  await asOneRequest(async () => {
    for (let i = 0; i < 5; i++) await all();
    t.equal(await planned(), 1);
  });

  await t.test('a table that takes another shape meanwhile is read by the same page', async (t) => {
    await sql`alter table named_trial add column added integer default 7`.execute(other.db);
    await asOneRequest(async () => {
      const [first, second] = await Promise.all([all(), all()]);
      t.strictSame(first.rows, [{ n: 1, added: 7 }]);
      t.strictSame(second.rows, [{ n: 1, added: 7 }]);
    });
  });

  await t.test('a transaction that it meets fails whole, and the next one is done', async (t) => {
    const inTransaction = () =>
      db.transaction().execute(async (trx) => {
        await sql`insert into named_trial (n) values (2)`.execute(trx);
        return (await sql`select * from named_trial where n = ${1}::integer`.execute(trx)).rows;
      });
    for (let i = 0; i < 4; i++) await inTransaction();
    const before = (await sql`select from named_trial where n = 2`.execute(db)).rows.length;
    await sql`alter table named_trial add column third integer`.execute(other.db);
    const tried = await Promise.allSettled([inTransaction()]);
    await t.resolves(inTransaction());
    const worked = 1 + tried.filter(({ status }) => status === 'fulfilled').length;
    t.equal((await sql`select from named_trial where n = 2`.execute(db)).rows.length, before + worked);
  });
});
