import { readdirSync } from 'node:fs';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { WrongDatabaseVersion } from './open.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);

/** The database cannot be brought to this release's schema. */
export class MigrationFailed extends Error {
  override name = 'MigrationFailed';
}

const nameOf = (file: string) => file.replace(/\.ts$/, '');

/** Every step that this release knows. */
export function migrationNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.ts$/.test(file))
    .map(nameOf)
    .sort();
}

/**
 * Triggers that wait for the end of the transaction do their work at once: a table for which one waits cannot be altered,
 * neither by the step that changed its rows nor by the next.
 */
const noneWaiting = (db: Kysely<unknown>) => sql`set constraints all immediate`.execute(db);

async function loadMigrations(names = migrationNames()): Promise<Record<string, Migration>> {
  const loaded = names.map(async (name) => {
    const { up } = (await import(new URL(`${name}.ts`, FOLDER).href)) as Migration;
    return [name, { up: (db) => noneWaiting(db).then(() => up(db)) } satisfies Migration];
  });
  return Object.fromEntries(await Promise.all(loaded));
}

/** Names already applied, or undefined in a database without tables. */
async function appliedNames(db: Kysely<unknown>): Promise<string[] | undefined> {
  try {
    const rows = await (db as Kysely<{ kysely_migration: { name: string } }>)
      .selectFrom('kysely_migration')
      .select('name')
      .orderBy('name')
      .execute();
    return rows.map((row) => row.name);
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return undefined;
    throw error;
  }
}

/** How the schema stands: steps that this release has and the database lacks, and the last that was taken. */
export async function schemaState(db: Kysely<unknown>): Promise<{ missing: number; last: string }> {
  const applied = (await appliedNames(db)) ?? [];
  const known = migrationNames();
  return { missing: known.filter((name) => !applied.includes(name)).length, last: applied.at(-1) ?? 'none' };
}

/**
 * Brings the database to this release's schema; forward only. Several processes may start at once: they
 * wait for each other on the migrator's advisory lock. A database of a newer release is refused.
 */
export async function migrate(db: Kysely<unknown>): Promise<string[]> {
  const known = migrationNames();
  const applied = (await appliedNames(db)) ?? [];
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    throw new WrongDatabaseVersion(
      `The database was written by a newer release (step ${newer.at(-1)}). Install that release, or restore an older backup.`,
    );
  }
  if (applied.length === known.length) return [];
  const { error, results } = await db.connection().execute(async (one) => {
    // The limit is for pages: a step over years of data, or waiting for another starter, takes as long as it takes.
    await sql`set statement_timeout = 0`.execute(one);
    try {
      return await new Migrator({
        db: one,
        provider: { getMigrations: () => loadMigrations() },
      }).migrateToLatest();
    } finally {
      await sql`reset statement_timeout`.execute(one);
    }
  });
  const failed = results?.find((result) => result.status === 'Error');
  if (error) {
    const step = failed ? ` at step ${failed.migrationName}` : '';
    const why = error instanceof Error ? error.message : String(error);
    throw new MigrationFailed(`Migration failed${step}: ${why}. The database is as it was.`, {
      cause: error,
    });
  }
  return (results ?? []).map((result) => result.migrationName);
}

/** The migrator's own lock, and what it keeps: a database that was made by {@link migrateWithin} is one of its own. */
const LOCK = 3_853_314_791_062_309_107n;
const KEPT = [
  `create table if not exists kysely_migration (
    name varchar(255) not null primary key, timestamp varchar(255) not null)`,
  `create table if not exists kysely_migration_lock (
    id varchar(255) not null primary key, is_locked integer default 0 not null)`,
  `insert into kysely_migration_lock (id, is_locked) values ('migration_lock', 0) on conflict do nothing`,
];

/**
 * Takes just these steps, inside a transaction: an empty database gets the schema that another had. The migrator would
 * keep its lock when the transaction fails, and hide why it did.
 */
export async function migrateWithin(trx: Kysely<unknown>, names: string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(trx);
  for (const statement of KEPT) await sql.raw(statement).execute(trx);
  const applied = (await appliedNames(trx)) ?? [];
  const missing = names.filter((name) => !applied.includes(name));
  for (const [name, migration] of Object.entries(await loadMigrations(missing))) {
    try {
      await migration.up(trx);
    } catch (error) {
      throw new MigrationFailed(`Migration failed at step ${name}: ${(error as Error).message}.`, {
        cause: error,
      });
    }
    await sql`insert into kysely_migration (name, timestamp) values (${name}, ${new Date().toISOString()})`.execute(
      trx,
    );
  }
}
