import { type Kysely, sql } from 'kysely';

/**
 * Entries of all timelines in the order in which they became readable: by transaction, and within one by their ids.
 * Those that came with a backup have no transaction here and stand before all others. On two million entries it takes
 * some seconds.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index timeline_entries_committed_idx on timeline_entries (coalesce(xact, '0'::xid8), id)`.execute(
    db,
  );
  await sql`drop index timeline_entries_xact_idx`.execute(db);
}
