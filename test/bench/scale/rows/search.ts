import { type RawBuilder, sql } from 'kysely';
import { int, type Step, whole } from '../step.ts';

/** What triggers would have done: the same functions, by the thousand. */
const texts = (
  name: string,
  of: keyof Parameters<Step['of']>[0]['counts'],
  make: (from: RawBuilder<number>, to: RawBuilder<number>) => RawBuilder<unknown>,
): Step => ({
  name: `search texts: ${name}`,
  of: ({ counts }) => counts[of],
  part: 5000,
  make: (from, to) => make(int(from), int(to)),
});

/** Incidents first: the other texts take their facts. */
export const SEARCH_STEPS: Step[] = [
  texts(
    'incidents',
    'incidents',
    (from, to) => sql`select count(search_incident(n)) from generate_series(${from}, ${to}) n`,
  ),
  texts(
    'letters',
    'incidents',
    (from, to) =>
      sql`select count(search_letter(id)) from letters where incident_number between ${from} and ${to}`,
  ),
  texts(
    'messages',
    'incidents',
    (from, to) => sql`select count(search_message(id)) from messages
      where incident_number between ${from} and ${to} and (direction = 'in' or letter_id is null)`,
  ),
  texts(
    'tickets',
    'incidents',
    (from, to) =>
      sql`select count(search_ticket(id)) from tickets where incident_number between ${from} and ${to}`,
  ),
  texts(
    'notes',
    'incidents',
    (
      from,
      to,
    ) => sql`select count(search_note(id, incident_number, occurred_at, detail ->> 'text')) from timeline_entries
      where incident_number between ${from} and ${to} and kind in ('note-added', 'note-corrected')`,
  ),
  texts(
    'addresses',
    'addresses',
    (from, to) => sql`select count(search_address(id)) from addresses where id between ${from} and ${to}`,
  ),
  whole(
    'search texts: unfiled',
    () => sql`select count(search_message(id)) from messages where incident_number is null`,
  ),
  whole(
    'search texts: people',
    () => sql`select count(search_put('person', id, null, created_at, name, '', '', '{}')) from users`,
  ),
];
