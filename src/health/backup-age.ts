import { lastBackup } from '../backup/store.ts';
import type { Db } from '../database/open.ts';

/** When the last backup was made; undefined: none was. */
export const lastBackupAt = async (db: Db): Promise<Date | undefined> => (await lastBackup(db))?.made_at;
