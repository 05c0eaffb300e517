import { sql } from 'kysely';
import type { Counts } from '../size.ts';
import { int, type Step, whole } from '../step.ts';

/** What the product's triggers keep beside the rows: by its own functions, since rows are made without triggers. */

const times = whole(
  'times of incidents',
  () => sql`
  with own as (select set_config('session_replication_role', 'origin', true))
  update incidents set round = round from own`,
);

/** Texts to search in, by the function that the triggers call; those that are there already stay. */
const texts = (
  source: string,
  table: string,
  key: string,
  part: number,
  of: (counts: Counts) => number,
  where = sql`true`,
): Step => ({
  name: `texts to search in: ${source}`,
  of: ({ counts }) => of(counts),
  part,
  make: (from, to) => sql`
    select ${sql.raw(`search_${source}`)}(${sql.ref(`t.${key}`)}) from ${sql.table(table)} t
    where ${sql.ref(`t.${key}`)} between ${int(from)} and ${int(to)} and ${where}
      and not exists (select from search_texts s where s.source = ${sql.lit(source)} and s.source_id = ${sql.ref(`t.${key}`)})`,
});

const notes: Step = {
  name: 'texts to search in: note',
  of: ({ counts }) => counts.entries,
  part: 50_000,
  make: (from, to) => sql`
    select search_note(e.id, e.incident_number, e.occurred_at, e.detail ->> 'text') from timeline_entries e
    where e.id between ${int(from)} and ${int(to)} and e.kind = 'note-added'
      and not exists (select from search_texts s where s.source = 'note' and s.source_id = e.id)`,
};

const people = whole(
  'texts to search in: person',
  () => sql`
  select search_put('person', id, null, created_at, name, '', '', '{}') from users`,
);

/** Incidents first: the other texts take their facts. */
export const DERIVED_STEPS: Step[] = [
  times,
  texts('incident', 'incidents', 'number', 5000, ({ incidents }) => incidents),
  texts('message', 'messages', 'id', 10_000, ({ messages, unfiled }) => messages + unfiled),
  texts('letter', 'letters', 'id', 10_000, ({ incidents }) => incidents * 3),
  texts('ticket', 'tickets', 'id', 20_000, ({ incidents }) => incidents),
  notes,
  texts('address', 'addresses', 'id', 20_000, ({ addresses }) => addresses),
  people,
];
