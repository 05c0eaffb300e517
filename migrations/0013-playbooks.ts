import { type Kysely, sql } from 'kysely';

const SLUG = `'^[a-z0-9]+(-[a-z0-9]+)*$'`;

const STATEMENTS = [
  // Counts every change of playbooks, so that a process sees by one row whether its own are still the newest.
  `create table playbook_version (
    id boolean not null default true constraint playbook_version_pkey primary key
      constraint playbook_version_one check (id),
    version bigint not null default 0
  )`,
  'insert into playbook_version default values',
  // Providers that people added. Their keys begin with a word that no release uses.
  `create table own_providers (
    key text not null constraint own_providers_pkey primary key
      constraint own_providers_key_own check (key ~ '^own(-[a-z0-9]+)+$' and length(key) <= 60),
    data jsonb not null constraint own_providers_data_size check (length(data::text) <= 200000),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    created_by_name text not null,
    updated_at timestamptz not null default now(),
    updated_by_name text not null
  )`,
  // Facts of built-in playbooks that people changed: their value, and what the release said then. JSON's null: none.
  `create table playbook_facts (
    provider text not null constraint playbook_facts_provider_slug check (provider ~ ${SLUG}),
    path text not null constraint playbook_facts_path_length check (length(path) between 1 and 200),
    value jsonb not null constraint playbook_facts_value_size check (length(value::text) <= 40000),
    built_in jsonb not null,
    version integer not null default 1,
    set_at timestamptz not null default now(),
    set_by_name text not null,
    constraint playbook_facts_pkey primary key (provider, path)
  )`,
  `create table playbook_notes (
    id bigint generated always as identity constraint playbook_notes_pkey primary key,
    provider text not null constraint playbook_notes_provider_slug check (provider ~ ${SLUG}),
    text text not null constraint playbook_notes_text_length check (length(text) between 1 and 4000),
    created_at timestamptz not null default now(),
    created_by_name text not null,
    removed_at timestamptz,
    removed_by_name text,
    constraint playbook_notes_removed_whole check ((removed_at is null) = (removed_by_name is null))
  )`,
  'create index playbook_notes_provider_idx on playbook_notes (provider, id) where removed_at is null',
  `create table playbook_changes (
    id bigint generated always as identity constraint playbook_changes_pkey primary key,
    provider text not null constraint playbook_changes_provider_slug check (provider ~ ${SLUG}),
    kind text not null constraint playbook_changes_kind_known
      check (kind in ('set', 'kept', 'built-in', 'note', 'note-removed', 'added', 'changed', 'removed')),
    path text not null default '' constraint playbook_changes_path_length check (length(path) <= 200),
    before jsonb not null default 'null',
    after jsonb not null default 'null',
    actor_user_id integer constraint playbook_changes_user_fkey references users (id),
    actor_token_id integer constraint playbook_changes_token_fkey references api_tokens (id),
    actor_name text not null,
    at timestamptz not null default now()
  )`,
  'create index playbook_changes_provider_idx on playbook_changes (provider, id desc)',
  `create function playbook_changes_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'changes of playbooks are never changed or deleted' using errcode = 'DD001';
    end $$`,
  `create trigger playbook_changes_append_only before update or delete or truncate on playbook_changes
    for each statement execute function playbook_changes_append_only()`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
