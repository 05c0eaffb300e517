import { type Kysely, sql } from 'kysely';

/** How often each provider blocked us, and when last, is counted without opening the incidents. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index incidents_by_provider_idx on incidents (provider, opened_at) where merged_into is null`.execute(
    db,
  );
}
