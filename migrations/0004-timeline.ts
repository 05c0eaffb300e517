import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `create table timeline_entries (
    id bigint generated always as identity constraint timeline_entries_pkey primary key,
    incident_number integer not null constraint timeline_entries_incident_fkey references incidents (number),
    kind text not null constraint timeline_entries_kind_slug check (kind ~ '^[a-z]+(-[a-z]+)*$'),
    actor_user_id integer constraint timeline_entries_user_fkey references users (id),
    actor_token_id integer constraint timeline_entries_token_fkey references api_tokens (id),
    actor_name text not null,
    occurred_at timestamptz not null default date_trunc('milliseconds', now()),
    recorded_at timestamptz not null default now(),
    report_id bigint constraint timeline_entries_report_fkey references reports (id),
    ticket_id bigint constraint timeline_entries_ticket_fkey references tickets (id),
    message_id bigint constraint timeline_entries_message_fkey references messages (id),
    letter_id bigint constraint timeline_entries_letter_fkey references letters (id),
    detail jsonb not null default '{}',
    corrects bigint constraint timeline_entries_corrects_fkey references timeline_entries (id)
  )`,
  'create index timeline_entries_incident_idx on timeline_entries (incident_number, occurred_at, id)',
  'create index timeline_entries_kind_idx on timeline_entries (incident_number, kind, occurred_at, id)',
  'create index timeline_entries_corrects_idx on timeline_entries (corrects) where corrects is not null',
  `create function timeline_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'timeline entries are never changed or deleted' using errcode = 'DD001';
    end $$`,
  `create trigger timeline_append_only before update or delete or truncate on timeline_entries
    for each statement execute function timeline_append_only()`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
