import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What happened and was not yet given to those who want to know of it. A row is written with whatever it tells of
  // and goes with whatever follows from it. An entry is named without a foreign key: it is written by the same
  // statement and never deleted, and looking it up again would cost as much as the row itself.
  `create table event_outbox (
    id bigint generated always as identity constraint event_outbox_pkey primary key,
    entry_id bigint,
    incident_number integer,
    -- Of what is no entry of a timeline.
    kind text,
    words text not null default '' constraint event_outbox_words_length check (length(words) <= 1000),
    link text not null default '' constraint event_outbox_link_local check (link = '' or (link like '/%' and length(link) <= 500)),
    concerns integer[] not null default '{}',
    happened_at timestamptz not null default date_trunc('milliseconds', now()),
    -- Put off, when nobody could be told of it.
    look_at timestamptz not null default now(),
    attempts integer not null default 0,
    constraint event_outbox_of_one check ((entry_id is null) <> (kind is null))
  ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`,
  // What was told of under a name is not told of again.
  `create table told_events (
    key text not null constraint told_events_pkey primary key,
    told_at timestamptz not null default now()
  )`,
  'create index told_events_told_idx on told_events (told_at)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
