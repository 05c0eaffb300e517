import { sql } from 'kysely';
import type { OpenDatabase } from '../database/open.ts';
import { BadBackup } from './format.ts';

/** Throws {@link BadBackup} where a server works on the database: what it writes meanwhile would be lost. */
export async function refuseWhileUsed({ db, kind }: OpenDatabase): Promise<void> {
  // The embedded one has a lock.
  if (kind === 'embedded') return;
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from pg_stat_activity
    where datname = current_database() and application_name = 'delist-desk' and pid <> pg_backend_pid()`.execute(
    db,
  );
  if ((rows[0]?.n ?? 0) > 0)
    throw new BadBackup('A server uses the database. Stop it first: what it writes meanwhile would be lost.');
}
