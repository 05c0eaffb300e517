import { type Kysely, sql } from 'kysely';

/**
 * A server may take a letter for some of its recipients and put off others. Who has it is kept, so that nobody is sent
 * it twice; `left_for` are those that it is tried again for, null: all.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table dispatches add column taken_for text[] not null default '{}', add column left_for text[]`.execute(
    db,
  );
}
