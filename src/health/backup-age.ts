import { sql } from 'kysely';
import type { Db } from '../database/open.ts';

/** When the last backup was made; undefined: none was, or this database has no place to say so. */
export async function lastBackupAt(db: Db): Promise<Date | undefined> {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('backups') is not null as there`.execute(
    db,
  );
  if (!rows[0]?.there) return undefined;
  const last = await sql<{ at: Date | null }>`select max(at) as at from backups`.execute(db);
  return last.rows[0]?.at ?? undefined;
}
