import { readdirSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

const FOLDER = new URL('../../../migrations/', import.meta.url);

/**
 * Brings a kept database to the tree's schema, also where branches that came together added steps before its last one.
 * That takes years of data nowhere but here, so that the product's own migrator need not allow it.
 */
export async function catchUp(db: Kysely<unknown>): Promise<void> {
  const getMigrations = async (): Promise<Record<string, Migration>> => {
    const files = readdirSync(FOLDER).filter((file) => /^\d{4}-.*\.ts$/.test(file));
    const loaded = files
      .sort()
      .map(async (file) => [file.replace(/\.ts$/, ''), await import(new URL(file, FOLDER).href)]);
    return Object.fromEntries(await Promise.all(loaded));
  };
  const migrator = new Migrator({ db, provider: { getMigrations }, allowUnorderedMigrations: true });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
