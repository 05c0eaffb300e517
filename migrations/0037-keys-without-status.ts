import { type Kysely, sql } from 'kysely';

/** What a key answers is kept as JSON alone: nothing reads or writes a status beside it any more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table idempotency_keys drop column status`.execute(db);
}
