import type { Db } from '../database/open.ts';
import type { BackupRow } from '../database/tables.ts';
import type { End } from './format.ts';

export type Made = { way: 'command' | 'page'; byName: string; byteLength: number; end: End };

/** Keeps that a backup was made, for whoever looks whether there is one. */
export const recordBackup = (db: Db, { way, byName, byteLength, end }: Made) =>
  db
    .insertInto('backups')
    .values({ way, by_name: byName, rows: end.rows, byte_length: byteLength, sha256: end.sha256 })
    .execute();

/** The newest backup that was made to its end; undefined: none was. */
export const lastBackup = (db: Db): Promise<BackupRow | undefined> =>
  db.selectFrom('backups').selectAll().orderBy('made_at', 'desc').limit(1).executeTakeFirst();

export const recentBackups = (db: Db): Promise<BackupRow[]> =>
  db.selectFrom('backups').selectAll().orderBy('made_at', 'desc').limit(14).execute();
