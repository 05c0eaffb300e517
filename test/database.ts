import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PGliteDialect } from 'kysely';
import pg from 'pg';
import type { Test } from 'tap';
import { openPglite } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { type Db, openDatabase } from '../src/database/open.ts';
import type { Database } from '../src/database/tables.ts';
import { type AsNew, asNew, cleaned } from './as-new.ts';

const MIGRATIONS = new URL('../migrations/', import.meta.url);

/** Another one with each change of a migration. */
function migrationsHash(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(MIGRATIONS).sort())
    hash.update(file).update(readFileSync(new URL(file, MIGRATIONS)));
  return hash.digest('hex').slice(0, 16);
}

/** A migrated, empty PGlite, kept between runs: starting from it is five times as fast. */
async function dumpFile(): Promise<string> {
  const file = join(tmpdir(), `delist-desk-test-${migrationsHash()}.tar`);
  if (existsSync(file)) return file;
  const pglite = await openPglite({});
  await migrate(new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) }) as never);
  const dump = await pglite.dumpDataDir('none');
  writeFileSync(`${file}.${process.pid}`, Buffer.from(await dump.arrayBuffer()));
  renameSync(`${file}.${process.pid}`, file);
  await pglite.close();
  return file;
}

async function openEmbedded(): Promise<Pooled> {
  const pglite = await openPglite({ loadDataDir: new Blob([readFileSync(await dumpFile())]) });
  const connect = async () => ({
    db: new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) }),
    // What a test set for its session is forgotten; the database itself goes on.
    close: async () => void (await pglite.exec('discard all')),
  });
  return { connect, end: () => pglite.close() };
}

export type EmptyDatabase = {
  db: Db;
  /** Where others can connect to it too: undefined when it is embedded. */
  url?: string;
};

/** Runs statements one by one on the server itself. */
async function onceOnServer<T>(server: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

const databaseUrl = (server: string, name: string): string => {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};

/** Each checkout has its own: two that run at once have other migrations, and drop only what was theirs. */
const TEMPLATE = `dd_test_template_${createHash('sha256').update(MIGRATIONS.href).digest('hex').slice(0, 8)}_`;
/** The lock under which one process makes the template and the others wait for it. */
const TEMPLATE_LOCK = 0x0dd7e57;

/** A migrated, empty database that others are copied from; that of other migrations is dropped. */
function templateOnServer(server: string): Promise<string> {
  const name = TEMPLATE + migrationsHash();
  return onceOnServer(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rows } = await client.query<{ datname: string; datistemplate: boolean }>(
      'select datname, datistemplate from pg_database where starts_with(datname, $1)',
      [TEMPLATE],
    );
    if (rows.some((row) => row.datname === name && row.datistemplate)) return name;
    for (const { datname, datistemplate } of rows) {
      if (datistemplate) await client.query(`alter database ${datname} is_template false`);
      await client.query(`drop database if exists ${datname} with (force)`);
    }
    await client.query(`create database ${name}`);
    const open = await openDatabase({ databaseUrl: databaseUrl(server, name), dataDir: '' });
    await migrate(open.db as never);
    await open.close();
    // Said last: one that was cut short in between is made anew.
    await client.query(`alter database ${name} is_template true`);
    return name;
  });
}

const newDatabase = async (server: string, template: string): Promise<string> => {
  const name = `dd_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await onceOnServer(server, (client) => client.query(`create database ${name} template ${template}`));
  return name;
};
const dropDatabase = (server: string, name: string) =>
  onceOnServer(server, (client) => client.query(`drop database ${name} with (force)`));

async function openOnServer(server: string): Promise<Pooled> {
  const name = await newDatabase(server, await templateOnServer(server));
  return {
    connect: () => openDatabase({ databaseUrl: databaseUrl(server, name), dataDir: '' }),
    end: () => dropDatabase(server, name).then(() => undefined),
  };
}

/** A migrated database of this process, which tests use one after the other. */
type Pooled = {
  connect: () => Promise<{ db: Db; close: () => Promise<void> }>;
  end: () => Promise<void>;
};

const free: { pooled: Pooled; fresh: AsNew }[] = [];

let ends = false;
/** At the end of this process' tests. Loaded here: trials and benches use what stands in tests, and are none. */
async function endWithProcess(): Promise<void> {
  if (ends) return;
  ends = true;
  const { default: tap } = await import('tap');
  tap.teardown(async () => {
    for (const { pooled } of free.splice(0)) await pooled.end();
  });
}

async function opened(): Promise<{ pooled: Pooled; fresh: AsNew }> {
  await endWithProcess();
  const server = process.env['TEST_DATABASE_URL'];
  const pooled = await (server ? openOnServer(server) : openEmbedded());
  const { db, close } = await pooled.connect();
  const fresh = await asNew(db);
  await close();
  return { pooled, fresh };
}

/** Back to the others when it can be made as good as new. */
async function giveBack({ pooled, fresh }: { pooled: Pooled; fresh: AsNew }): Promise<void> {
  const { db, close } = await pooled.connect();
  // A test may leave it in a state in which nothing can be asked of it, as within a transaction that failed.
  const isClean = await cleaned(db, fresh)
    .finally(close)
    .catch(() => false);
  if (isClean) free.push({ pooled, fresh });
  else await pooled.end();
}

/**
 * A migrated, empty database of the test's own: PGlite, or PostgreSQL where `TEST_DATABASE_URL` names a server.
 * Making one takes two seconds of a processor, so what a test leaves behind is cleared away for the next one.
 */
export async function testDatabase(t: Test): Promise<Db> {
  const given = free.pop() ?? (await opened());
  const { db, close } = await given.pooled.connect();
  t.teardown(async () => {
    await close();
    await giveBack(given);
  });
  return db;
}

/** The same before the first start: no migration has run. */
export async function emptyDatabase(t: Test): Promise<EmptyDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  if (server) {
    const name = await newDatabase(server, 'template0');
    const url = databaseUrl(server, name);
    const { db, close } = await openDatabase({ databaseUrl: url, dataDir: '' });
    t.teardown(async () => {
      await close();
      await dropDatabase(server, name);
    });
    return { db, url };
  }
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite: await openPglite({}) }) });
  t.teardown(() => db.destroy());
  return { db };
}
