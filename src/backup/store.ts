import { note } from '../audit/note.ts';
import type { Db } from '../database/open.ts';
import type { BackupRow } from '../database/tables.ts';
import type { Actor } from '../web/access.ts';
import type { End } from './format.ts';

export type Made = { way: 'command' | 'page'; by: Actor; byteLength: number; end: End };

/** Keeps that a backup was made, for whoever looks whether there is one. */
export const recordBackup = (db: Db, { way, by, byteLength, end }: Made): Promise<void> =>
  db.transaction().execute(async (trx) => {
    await trx
      .insertInto('backups')
      .values({ way, by_name: by.name, rows: end.rows, byte_length: byteLength, sha256: end.sha256 })
      .execute();
    await note(trx, by, 'backup-made', { detail: { way, rows: end.rows } });
  });

/** The newest backup that was made to its end; undefined: none was. */
export const lastBackup = (db: Db): Promise<BackupRow | undefined> =>
  db.selectFrom('backups').selectAll().orderBy('made_at', 'desc').limit(1).executeTakeFirst();

export const recentBackups = (db: Db): Promise<BackupRow[]> =>
  db.selectFrom('backups').selectAll().orderBy('made_at', 'desc').limit(14).execute();
