import { readConfig } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { type Db, openDatabase } from '../database/open.ts';

/** Runs work on the database that the environment names, migrated, and closes it. */
export async function withDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const database = await openDatabase(readConfig(process.env));
  try {
    await migrate(database.db as never);
    return await work(database.db);
  } finally {
    await database.close();
  }
}
