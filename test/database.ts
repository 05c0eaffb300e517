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

const MIGRATIONS = new URL('../migrations/', import.meta.url);

/** A migrated, empty PGlite, kept between runs: starting from it is five times as fast. */
async function dumpFile(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of readdirSync(MIGRATIONS).sort()) hash.update(readFileSync(new URL(file, MIGRATIONS)));
  const file = join(tmpdir(), `delist-desk-test-${hash.digest('hex').slice(0, 16)}.tar`);
  if (existsSync(file)) return file;
  const pglite = await openPglite({});
  await migrate(new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) }) as never);
  const dump = await pglite.dumpDataDir('none');
  writeFileSync(`${file}.${process.pid}`, Buffer.from(await dump.arrayBuffer()));
  renameSync(`${file}.${process.pid}`, file);
  await pglite.close();
  return file;
}

async function embedded(t: Test): Promise<Db> {
  const loadDataDir = new Blob([readFileSync(await dumpFile())]);
  const pglite = await openPglite({ loadDataDir });
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
  t.teardown(() => db.destroy());
  return db;
}

export type EmptyDatabase = {
  db: Db /** Where others can connect to it too: undefined when it is embedded. */;
  url?: string;
};

async function emptyOnServer(t: Test, server: string): Promise<EmptyDatabase & { url: string }> {
  const name = `dd_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const open = await openDatabase({ databaseUrl: url.href, dataDir: '' });
  t.teardown(async () => {
    await open.close();
    await run(`drop database ${name} with (force)`);
  });
  return { db: open.db, url: url.href };
}

async function onServer(t: Test, server: string): Promise<Db> {
  const { db } = await emptyOnServer(t, server);
  await migrate(db as never);
  return db;
}

/** A database of the test's own: PGlite, or PostgreSQL where `TEST_DATABASE_URL` names a server. */
export const testDatabase = (t: Test): Promise<Db> => {
  const server = process.env['TEST_DATABASE_URL'];
  return server ? onServer(t, server) : embedded(t);
};

/** The same before the first start: no migration has run. */
export async function emptyDatabase(t: Test): Promise<EmptyDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  if (server) return emptyOnServer(t, server);
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite: await openPglite({}) }) });
  t.teardown(() => db.destroy());
  return { db };
}
