import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What was done to accounts, settings and secrets, by whom and from where; never the secrets themselves.
  `create table audit_entries (
    id bigint generated always as identity constraint audit_entries_pkey primary key,
    -- In milliseconds, as pages and cursors have it.
    at timestamptz not null default date_trunc('milliseconds', now()),
    kind text not null constraint audit_entries_kind_slug check (kind ~ '^[a-z]+(-[a-z]+)*$'),
    actor_user_id integer constraint audit_entries_user_fkey references users (id),
    actor_token_id integer constraint audit_entries_token_fkey references api_tokens (id),
    actor_name text not null,
    client_address inet,
    -- Whom or what it was done to, as it was called then.
    subject text not null default '',
    subject_user_id integer constraint audit_entries_subject_fkey references users (id),
    detail jsonb not null default '{}'
  )`,
  'create index audit_entries_at_idx on audit_entries (at, id)',
  'create index audit_entries_kind_idx on audit_entries (kind, at, id)',
  'create index audit_entries_actor_idx on audit_entries (actor_user_id, at, id) where actor_user_id is not null',
  'create index audit_entries_subject_idx on audit_entries (subject_user_id, at, id) where subject_user_id is not null',
  `create function audit_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'audit entries are never changed or deleted' using errcode = 'DD001';
    end $$`,
  `create trigger audit_append_only before update or delete or truncate on audit_entries
    for each statement execute function audit_append_only()`,

  `create table invitations (
    id integer generated always as identity constraint invitations_pkey primary key,
    email text not null constraint invitations_email_shape check (email like '%_@_%' and length(email) <= 254),
    name text not null constraint invitations_name_length check (length(name) between 1 and 120),
    role text not null constraint invitations_role_known check (role in ('admin', 'operator', 'viewer')),
    token_hash bytea not null constraint invitations_token_hash_key unique
      constraint invitations_token_hash_length check (length(token_hash) = 32),
    invited_by integer constraint invitations_invited_by_fkey references users (id),
    created_at timestamptz not null default now(),
    sent_at timestamptz not null default now(),
    expires_at timestamptz not null,
    accepted_at timestamptz,
    revoked_at timestamptz,
    constraint invitations_ended_once check (accepted_at is null or revoked_at is null)
  )`,
  `create unique index invitations_open_email_key on invitations (lower(email))
    where accepted_at is null and revoked_at is null`,

  // Each asking for a new password, for known and unknown addresses alike: what is done with it is done afterwards.
  `create table reset_requests (
    id bigint generated always as identity constraint reset_requests_pkey primary key,
    email text not null constraint reset_requests_email_length check (length(email) <= 254),
    client_address inet not null,
    at timestamptz not null default now(),
    taken_at timestamptz
  )`,
  'create index reset_requests_email_idx on reset_requests (email, at)',
  'create index reset_requests_client_idx on reset_requests (client_address, at)',
  'create index reset_requests_open_idx on reset_requests (id) where taken_at is null',
  'create index reset_requests_at_idx on reset_requests (at)',
  `create table password_resets (
    token_hash bytea constraint password_resets_pkey primary key
      constraint password_resets_token_hash_length check (length(token_hash) = 32),
    user_id integer not null constraint password_resets_user_fkey references users (id) on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  'create index password_resets_user_idx on password_resets (user_id)',
  'create index password_resets_expires_idx on password_resets (expires_at)',

  // Mails with links that let somebody in: sealed, unlike all other mails of our own.
  `create table account_mails (
    id bigint generated always as identity constraint account_mails_pkey primary key,
    account_id integer not null constraint account_mails_account_fkey references sending_accounts (id),
    envelope_sender text not null,
    envelope_recipients text[] not null constraint account_mails_one_recipient check (cardinality(envelope_recipients) = 1),
    raw bytea not null,
    state text not null default 'queued' constraint account_mails_state_known
      check (state in ('queued', 'sending', 'deferred', 'sent', 'failed', 'delivered-unknown')),
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    attempts integer not null default 0,
    server_words text not null default '',
    created_at timestamptz not null default now(),
    settled_at timestamptz,
    constraint account_mails_settled_whole
      check ((state in ('sent', 'failed', 'delivered-unknown')) = (settled_at is not null))
  )`,
  `create index account_mails_open_idx on account_mails (due_at) where state in ('queued', 'sending', 'deferred')`,
  'create index account_mails_settled_idx on account_mails (settled_at) where settled_at is not null',
  'create index account_mails_account_idx on account_mails (account_id)',
  'alter table invitations add column mail_id bigint constraint invitations_mail_fkey references account_mails (id) on delete set null',
  'create index invitations_mail_idx on invitations (mail_id) where mail_id is not null',

  // Null: all that its role may. What there was keeps its rights.
  'alter table api_tokens add column scopes text[] constraint api_tokens_scopes_some check (cardinality(scopes) between 1 and 100)',

  // Sign-in by a provider of identities (OpenID Connect).
  `create table oidc_providers (
    id integer constraint oidc_providers_pkey primary key constraint oidc_providers_one check (id = 1),
    name text not null constraint oidc_providers_name_length check (length(name) between 1 and 60),
    issuer text not null constraint oidc_providers_issuer_length check (length(issuer) between 8 and 300),
    client_id text not null constraint oidc_providers_client_length check (length(client_id) between 1 and 300),
    client_secret_sealed bytea,
    scope text not null constraint oidc_providers_scope_length check (length(scope) between 6 and 300),
    -- Empty: roles are given here, and new people get the default one.
    claim text not null default '' constraint oidc_providers_claim_length check (length(claim) <= 120),
    roles jsonb not null default '[]',
    -- Null: whom no value of the claim gives a role is refused.
    default_role text constraint oidc_providers_default_known check (default_role in ('admin', 'operator', 'viewer')),
    may_be_private boolean not null default false,
    skips_second_factor boolean not null default false,
    is_on boolean not null default true,
    version integer not null default 1,
    changed_at timestamptz not null default now()
  )`,
  `create table linked_identities (
    id integer generated always as identity constraint linked_identities_pkey primary key,
    user_id integer not null constraint linked_identities_user_fkey references users (id) on delete cascade,
    issuer text not null,
    subject text not null constraint linked_identities_subject_length check (length(subject) between 1 and 255),
    email text not null default '' constraint linked_identities_email_length check (length(email) <= 254),
    linked_at timestamptz not null default now(),
    last_used_at timestamptz,
    constraint linked_identities_once_key unique (issuer, subject)
  )`,
  'create index linked_identities_user_idx on linked_identities (user_id)',
  // Whoever was made by a provider's first sign-in has no password of their own.
  'alter table users add column has_password boolean not null default true',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
