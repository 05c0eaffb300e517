import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `create table users (
    id integer generated always as identity constraint users_pkey primary key,
    email text not null constraint users_email_shape check (email like '%_@_%' and length(email) <= 254),
    name text not null constraint users_name_length check (length(name) between 1 and 120),
    role text not null constraint users_role_known check (role in ('admin', 'operator', 'viewer')),
    password_hash text not null constraint users_password_hash_set check (length(password_hash) > 20),
    time_zone text not null default 'UTC',
    theme text not null default 'system' constraint users_theme_known check (theme in ('system', 'light', 'dark')),
    created_at timestamptz not null default now(),
    disabled_at timestamptz
  )`,
  'create unique index users_email_key on users (lower(email))',
  `create table sessions (
    token_hash bytea constraint sessions_pkey primary key,
    user_id integer not null constraint sessions_user_id_fkey references users (id) on delete cascade,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    client_address inet,
    user_agent text not null default ''
  )`,
  'create index sessions_user_id_idx on sessions (user_id)',
  'create index sessions_expires_at_idx on sessions (expires_at)',
  `create table api_tokens (
    id integer generated always as identity constraint api_tokens_pkey primary key,
    name text not null constraint api_tokens_name_length check (length(name) between 1 and 120),
    token_hash bytea not null constraint api_tokens_token_hash_key unique,
    hint text not null,
    scope text not null constraint api_tokens_scope_known check (scope in ('read', 'write', 'admin')),
    created_by integer constraint api_tokens_created_by_fkey references users (id),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,
  `create table setup_links (
    token_hash bytea constraint setup_links_pkey primary key,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  `create table sign_in_failures (
    id bigint generated always as identity constraint sign_in_failures_pkey primary key,
    email text not null,
    client_address inet not null,
    at timestamptz not null default now()
  )`,
  'create index sign_in_failures_email_idx on sign_in_failures (email, at)',
  'create index sign_in_failures_client_idx on sign_in_failures (client_address, at)',
  `create table idempotency_keys (
    actor text not null,
    key text not null constraint idempotency_keys_key_length check (length(key) between 1 and 200),
    fingerprint bytea not null,
    status integer,
    answer jsonb,
    created_at timestamptz not null default now(),
    constraint idempotency_keys_pkey primary key (actor, key)
  )`,
  'create index idempotency_keys_created_at_idx on idempotency_keys (created_at)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
