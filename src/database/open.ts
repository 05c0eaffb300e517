import { constants, existsSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely, Transaction } from 'kysely';
import { CannotOpenDatabase, EmbeddedClient, type Engine } from './embedded-client.ts';
import { takeLock } from './lock.ts';
import { PARSERS } from './parsers.ts';
import type { Database } from './tables.ts';
import { travelTogether } from './together.ts';

/** The application's own database handle. */
export type Db = Kysely<Database>;
/** A handle inside a transaction. What changes state takes this and never the outer one. */
export type Trx = Transaction<Database>;

export type OpenDatabase = {
  db: Db;
  kind: 'embedded' | 'server';
  /** Of the embedded database: copies its files between two queries, as they stand. */
  copyTo?: (folder: string) => Promise<void>;
  close: () => Promise<void>;
};

const EMBEDDED_MAJOR = '18';

/** The database was written by another release: its schema is newer, or its PostgreSQL has another major version. */
export class WrongDatabaseVersion extends Error {
  override name = 'WrongDatabaseVersion';
}

/**
 * PGlite makes a new database over whatever is in a folder without PG_VERSION. That is right where a first
 * start was cut short, which leaves no `pg_xact`; where there is one, it would wipe out a database.
 */
function refuseToOverwrite(folder: string): void {
  if (!existsSync(join(folder, 'PG_VERSION')) && existsSync(join(folder, 'pg_xact')))
    throw new CannotOpenDatabase(folder, 'its file PG_VERSION is missing');
}

function refuseOtherMajor(folder: string): void {
  const file = join(folder, 'PG_VERSION');
  if (!existsSync(file)) return;
  const major = readFileSync(file, 'utf8').trim();
  if (major !== EMBEDDED_MAJOR) {
    throw new WrongDatabaseVersion(
      `${folder} was written by PostgreSQL ${major}; this release has ${EMBEDDED_MAJOR} and cannot open it. ` +
        'Start the release that wrote it, move the data to a PostgreSQL server (DATABASE_URL), or set DATA_DIR to an empty folder.',
    );
  }
}

async function openEmbedded(dataDir: string, engine?: Engine): Promise<OpenDatabase> {
  const release = takeLock(dataDir);
  try {
    const folder = join(dataDir, 'db');
    refuseToOverwrite(folder);
    refuseOtherMajor(folder);
    const pglite = new EmbeddedClient(folder, engine);
    const { Kysely, PGliteDialect } = await import('kysely');
    const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite: pglite as never }) });
    return {
      db,
      kind: 'embedded',
      copyTo: (to) =>
        pglite.inTurn(async (query) => {
          // Then the copy has nothing to catch up with.
          await query('checkpoint');
          await cp(folder, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
        }),
      close: async () => {
        await db.destroy();
        if (!pglite.closed) await pglite.close();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function openServer(url: string): Promise<OpenDatabase> {
  const [{ default: pg }, { Kysely, PostgresDialect }] = await Promise.all([import('pg'), import('kysely')]);
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 30_000,
    pipeline: true,
    application_name: 'delist-desk',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        PARSERS[oid] && format !== 'binary'
          ? PARSERS[oid]
          : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  // A server that goes away drops idle connections: without a listener that ends the process.
  pool.on('error', () => {});
  // And one that goes away while a request uses it: the request is told by its query.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: travelTogether(pool) }) });
  return { db, kind: 'server', close: () => db.destroy() };
}

/**
 * PostgreSQL where a URL is given, else the embedded database in the data directory. Either goes on opening
 * after the handle is there: the first query waits for it, and throws what went wrong.
 */
export function openDatabase(
  config: { databaseUrl: string | undefined; dataDir: string },
  engine?: Engine,
): Promise<OpenDatabase> {
  return config.databaseUrl ? openServer(config.databaseUrl) : openEmbedded(config.dataDir, engine);
}
