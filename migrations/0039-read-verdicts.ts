import { type Kysely, sql } from 'kysely';

/** How answers were read is counted without opening each of a hundred thousand messages. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index messages_read_idx on messages (at) include (incident_number, machine_verdict, verdict)
    where direction = 'in' and machine_verdict is not null`.execute(db);
}
