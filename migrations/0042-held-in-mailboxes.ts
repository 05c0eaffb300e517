import { type Kysely, sql } from 'kysely';

/**
 * What of a flood lies in a folder that is looked at is known by its UID, like what was taken: it is not fetched again,
 * and a person says what becomes of all of it. Without an arrival and without a flood: it was put away.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table mailbox_uids alter column arrival_id drop not null,
    add column held_for text,
    add constraint mailbox_uids_taken_or_held check (arrival_id is null or held_for is null)`.execute(db);
  await sql`create index mailbox_uids_held_idx on mailbox_uids (held_for, mailbox_id)
    where held_for is not null`.execute(db);
}
