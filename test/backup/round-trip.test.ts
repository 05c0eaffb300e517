import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { asLines, checkBackup } from '../../src/backup/check.ts';
import { linesInFile } from '../../src/backup/lines.ts';
import { loadBackup, NotEmpty } from '../../src/backup/load.ts';
import { backupLines } from '../../src/backup/read.ts';
import { MAIL_QUEUES, settleRestored } from '../../src/backup/settle-restored.ts';
import { migrateWithin, migrationNames } from '../../src/database/migrate.ts';
import { type Db, openDatabase } from '../../src/database/open.ts';
import { openSnapshot } from '../../src/transfer/export/snapshot.ts';
import { emptyDatabase, testDatabase } from '../database.ts';
import { testDesk } from '../desk.ts';
import { attachmentHashes, backupTo, fillDesk, folderOf, sumsOf } from './backup.fixture.ts';

/** Everything that the schema is made of, so that nothing of it is left off by a restore. */
const schemaOf = async (db: Db) =>
  (
    await sql<{ words: string }>`
      select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) as words from pg_constraint
        where connamespace = current_schema()::regnamespace and contype <> 'n'
      union all select tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text from pg_trigger where not tgisinternal
      union all select indexdef from pg_indexes where schemaname = current_schema()
      order by 1`.execute(db)
  ).rows.map(({ words }) => words);

const searched = async (db: Db) =>
  (
    await sql`select source, source_id, title, language, facts, words::text from search_texts order by 1, 2`.execute(
      db,
    )
  ).rows;

t.test(
  'threat 40: a backup brought into an empty place is the same in every table and attachment',
  async (t) => {
    const desk = await testDesk(t);
    await fillDesk(desk);
    const file = join(folderOf(t), 'b.gz');
    await backupTo(desk.db, file);
    t.equal(statSync(file).mode & 0o777, 0o600, 'nobody else may read it');
    const manifest = await checkBackup(linesInFile(file));
    const before = await sumsOf(desk.db);
    t.strictSame(manifest.tables, before);
    t.equal(manifest.keys.length, 1, 'it says which key its passwords need');

    const { db } = await emptyDatabase(t);
    await loadBackup(db, linesInFile(file));
    t.strictSame(await sumsOf(db), before);
    t.ok(before.filter(({ rows }) => rows > 0).length > 15, 'many tables have something in them');
    t.strictSame(await attachmentHashes(db), await attachmentHashes(desk.db));
    t.match((await attachmentHashes(db))[0], / true$/);
    t.strictSame(await searched(db), await searched(desk.db), 'the same is found');
    t.strictSame(
      await schemaOf(db),
      await schemaOf(desk.db),
      'constraints, triggers and indexes are all back',
    );
    await t.rejects(sql`update timeline_entries set kind = 'other'`.execute(db), { code: 'DD001' });
    const added = await db
      .insertInto('addresses')
      .values({ network: '198.51.100.10/32' } as never)
      .returning('id')
      .executeTakeFirstOrThrow();
    const last = await desk.db
      .selectFrom('addresses')
      .select((eb) => eb.fn.max('id').as('id'))
      .executeTakeFirst();
    t.equal(added.id, Number(last?.id) + 2, 'a number that was given out once is not given out again');

    await t.rejects(loadBackup(db, linesInFile(file)), NotEmpty, 'what is there is not overwritten');

    await sql`insert into dispatches (message_id, account_id, envelope_sender, envelope_recipients, before)
    select id, 1, 'desk@example.com', '{a@example.com}', '{}' from messages limit 1`.execute(db);
    await sql`insert into setup_links (token_hash, expires_at) values ('x', now() + interval '1 day')`.execute(
      db,
    );
    await sql`insert into account_mails (account_id, envelope_sender, envelope_recipients, raw)
      values (1, 'desk@example.com', '{a@example.com}', 'sealed')`.execute(db);
    await sql`insert into password_resets (token_hash, user_id, expires_at)
      select 'x', id, now() + interval '1 hour' from users order by id limit 1`.execute(db);
    t.strictSame(await db.transaction().execute(settleRestored), { uncertain: 2 });
    t.match(await db.selectFrom('account_mails').select('state').execute(), [{ state: 'sending' }]);
    t.match(
      await db.selectFrom('dispatches').select('state').execute(),
      [{ state: 'sending' }],
      'not sent twice',
    );
    for (const table of ['setup_links', 'password_resets'] as const)
      t.strictSame(
        await db.selectFrom(table).selectAll().execute(),
        [],
        `nobody comes in by an old link: ${table}`,
      );
    const { rows: queues } = await sql<{ name: string }>`
      select table_name as name from information_schema.columns
      where table_schema = current_schema() and column_name = 'envelope_recipients' order by 1`.execute(db);
    const names = queues.map(({ name }) => name).filter((name) => name !== 'arrivals');
    t.strictSame(names, [...MAIL_QUEUES].sort(), 'every queue of mails is settled');
  },
);

const skip = process.env['TEST_DATABASE_URL'] ? false : 'needs TEST_DATABASE_URL';
t.test(
  'threat 40: from one kind of database into the other and back, nothing differs',
  { skip },
  async (t) => {
    const desk = await testDesk(t);
    await fillDesk(desk);
    const copy = async (from: Db, to: Db) => {
      const trx = await openSnapshot(from);
      await loadBackup(to, asLines(backupLines(trx)));
      await trx.rollback().execute();
    };
    const embedded = await openDatabase({ databaseUrl: undefined, dataDir: folderOf(t) });
    t.teardown(() => embedded.close());
    await copy(desk.db, embedded.db);
    const { db: back } = await emptyDatabase(t);
    await copy(embedded.db, back);
    const before = await sumsOf(desk.db);
    t.strictSame(await sumsOf(embedded.db), before);
    t.strictSame(await sumsOf(back), before);
  },
);

t.test('threat 40: of what is written meanwhile, a backup has all or nothing', async (t) => {
  const db = await testDatabase(t);
  const pair = (n: number) =>
    db.transaction().execute(async (trx) => {
      await sql`insert into told_events (key) values (${`pair ${n}`})`.execute(trx);
      await sql`insert into floods (sender, first_at, last_at, held, until)
        values (${`pair ${n}`}, now(), now(), 1, now())`.execute(trx);
    });
  for (let n = 0; n < 50; n++) await pair(n);
  let going = true;
  let n = 50;
  const writing = (async () => {
    while (going) {
      await pair(n++);
      // An embedded database answers without letting anybody else have a turn.
      await setImmediate();
    }
  })();
  const file = join(folderOf(t), 'b.gz');
  await backupTo(db, file);
  going = false;
  await writing;
  const rows = Object.fromEntries(
    (await checkBackup(linesInFile(file))).tables.map((one) => [one.table, one.rows]),
  );
  t.equal(rows['told_events'], rows['floods']);
  t.ok((rows['floods'] ?? 0) >= 50);
});

t.test('threat 40: a backup of an older schema is brought in and then up to date', async (t) => {
  const old = migrationNames().filter((name) => name < '0028');
  const { db: from } = await emptyDatabase(t);
  await from.transaction().execute(async (trx) => {
    await migrateWithin(trx as never, old);
    await sql`insert into incidents (title, provider, state, opened_at, state_since)
      values ('Gmail blocks us', 'gmail', 'open', now(), now())`.execute(trx);
    await sql`insert into timeline_entries (incident_number, kind, actor_name, detail)
      values (1, 'note-added', 'A B', '{"text": "the shop"}')`.execute(trx);
  });
  const file = join(folderOf(t), 'b.gz');
  await backupTo(from, file);
  t.strictSame((await checkBackup(linesInFile(file))).schema, old);
  const { db } = await emptyDatabase(t);
  await loadBackup(db, linesInFile(file));
  t.match(await db.selectFrom('incidents').select(['number', 'title']).execute(), [{ number: 1 }]);
  t.match(
    (await searched(db)).map((row) => (row as { source: string }).source),
    ['incident', 'note'],
  );
  t.strictSame(await schemaOf(db), await schemaOf(await testDatabase(t)));
});

t.test('a folder keeps its newest backups, and what is not one', async (t) => {
  const { keepNewest } = await import('../../src/backup/file.ts');
  const { writeFileSync } = await import('node:fs');
  const folder = folderOf(t);
  const names = [1, 2, 3, 4].map((day) => `delist-desk-2026030${day}T021500Z.backup.gz`);
  for (const name of [...names, 'notes.txt']) writeFileSync(join(folder, name), 'x');
  t.strictSame(await keepNewest(folder, 2), names.slice(0, 2).reverse());
  t.strictSame(readdirSync(folder).sort(), [...names.slice(2), 'notes.txt'].sort());
});
