import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `create table tags (
    id integer generated always as identity constraint tags_pkey primary key,
    -- As normalised: small letters, no blanks.
    name text not null constraint tags_name_key unique
      constraint tags_name_shape check (length(name) between 1 and 40 and name !~ '[[:space:],#]'),
    created_at timestamptz not null default now()
  )`,
  `create table incident_tags (
    incident_number integer not null constraint incident_tags_incident_fkey references incidents (number),
    tag_id integer not null constraint incident_tags_tag_fkey references tags (id),
    constraint incident_tags_pkey primary key (incident_number, tag_id)
  )`,
  'create index incident_tags_tag_idx on incident_tags (tag_id, incident_number desc)',
  // What was done to a tag itself. The incidents that had it tell of it in their timelines.
  `create table tag_changes (
    id bigint generated always as identity constraint tag_changes_pkey primary key,
    kind text not null constraint tag_changes_kind_known check (kind in ('renamed', 'merged', 'deleted')),
    tag text not null,
    -- The new name, or the tag that it became a part of.
    became text,
    incidents integer not null,
    by_name text not null,
    at timestamptz not null default now(),
    constraint tag_changes_became_whole check ((kind = 'deleted') = (became is null))
  )`,

  `create table incident_watchers (
    incident_number integer not null constraint incident_watchers_incident_fkey references incidents (number),
    user_id integer not null constraint incident_watchers_user_fkey references users (id) on delete cascade,
    why text not null constraint incident_watchers_why_known
      check (why in ('by-hand', 'assigned', 'wrote', 'mentioned')),
    since timestamptz not null default now(),
    -- They no longer watch; kept, so that writing a note does not begin it again.
    stopped_at timestamptz,
    constraint incident_watchers_pkey primary key (incident_number, user_id)
  )`,
  `create index incident_watchers_user_idx on incident_watchers (user_id, incident_number desc)
    where stopped_at is null`,
  `alter table users
    add column watch_assigned boolean not null default true,
    add column watch_written boolean not null default true`,

  `create table custom_fields (
    id integer generated always as identity constraint custom_fields_pkey primary key,
    -- By which the API and addresses of pages name it; it stays when the name changes.
    key text not null constraint custom_fields_key_key unique
      constraint custom_fields_key_slug check (key ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(key) <= 60),
    name text not null constraint custom_fields_name_length check (length(name) between 1 and 60),
    kind text not null constraint custom_fields_kind_known
      check (kind in ('text', 'number', 'date', 'choice', 'yes-no')),
    choices text[] not null default '{}',
    position integer not null,
    -- No longer asked for; what was entered stays.
    retired_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint custom_fields_choices_of_choice
      check ((kind = 'choice') = (cardinality(choices) > 0) and cardinality(choices) <= 100)
  )`,
  'create unique index custom_fields_name_key on custom_fields (lower(name))',
  `create table incident_field_values (
    incident_number integer not null constraint incident_field_values_incident_fkey references incidents (number),
    field_id integer not null constraint incident_field_values_field_fkey references custom_fields (id),
    -- As written: 4.5, 2026-03-10, yes.
    value text not null constraint incident_field_values_value_length check (length(value) between 1 and 2000),
    constraint incident_field_values_pkey primary key (incident_number, field_id)
  )`,
  `create index incident_field_values_value_idx
    on incident_field_values (field_id, lower(left(value, 200)), incident_number desc)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
