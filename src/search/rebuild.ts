import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';

/** Incidents first: the other texts take their facts. */
const FILL = [
  'delete from search_texts',
  'select count(search_incident(number)) from incidents',
  'select count(search_message(id)) from messages',
  'select count(search_letter(id)) from letters',
  'select count(search_ticket(id)) from tickets',
  `select count(search_note(e.id, e.incident_number, e.occurred_at, e.detail ->> 'text')) from timeline_entries e
    where e.kind in ('note-added', 'note-corrected')
      and not exists (select from timeline_entries c where c.corrects = e.id)`,
  'select count(search_address(id)) from addresses',
  `select count(search_put('person', id, null, created_at, name, '', '', '{}')) from users`,
];

/** What is searched, made anew of what is there: words are cut to stems by this very database. */
export async function rebuildSearch(trx: Trx): Promise<void> {
  // The functions plan their statements once, while the table is empty, and would read it whole for each text.
  await sql`set local enable_seqscan = off`.execute(trx);
  for (const statement of FILL) await sql.raw(statement).execute(trx);
  await sql`set local enable_seqscan = on`.execute(trx);
}
