import { type Kysely, sql } from 'kysely';

/** A mail that came in and is made an incident was not pasted by anybody. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table reports drop constraint reports_source_known,
    add constraint reports_source_known
      check (source in ('page', 'api', 'command-line', 'log', 'check', 'mail'))`.execute(db);
}
