import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // By which a person's authenticator knows them: nothing else is known by it.
  `alter table users
    add column passkey_handle uuid not null default gen_random_uuid()
      constraint users_passkey_handle_key unique,
    add column takes_sign_in_alerts boolean not null default true`,
  // By which a page names a session: its secret's hash is in no page.
  'alter table sessions add column id bigint generated always as identity',

  `create table sign_in_rules (
    id boolean not null default true constraint sign_in_rules_pkey primary key
      constraint sign_in_rules_one_row check (id),
    needs_second_factor boolean not null default false,
    changed_by_name text not null default '',
    changed_at timestamptz
  )`,
  'insert into sign_in_rules default values',

  // A code app's key (RFC 6238). Until a code confirmed it, it is asked for nowhere.
  `create table totp_keys (
    id integer generated always as identity constraint totp_keys_pkey primary key,
    user_id integer not null constraint totp_keys_user_key unique
      constraint totp_keys_user_fkey references users (id) on delete cascade,
    secret_sealed bytea not null,
    created_at timestamptz not null default date_trunc('milliseconds', now()),
    confirmed_at timestamptz,
    -- The newest step of 30 seconds whose code was used: no code of it or before counts again.
    last_step bigint not null default 0
  )`,

  `create table recovery_codes (
    id bigint generated always as identity constraint recovery_codes_pkey primary key,
    user_id integer not null constraint recovery_codes_user_fkey references users (id) on delete cascade,
    code_hash bytea not null constraint recovery_codes_hash_length check (length(code_hash) = 32),
    created_at timestamptz not null default date_trunc('milliseconds', now()),
    used_at timestamptz,
    constraint recovery_codes_code_key unique (user_id, code_hash)
  )`,

  `create table passkeys (
    id integer generated always as identity constraint passkeys_pkey primary key,
    user_id integer not null constraint passkeys_user_fkey references users (id) on delete cascade,
    name text not null constraint passkeys_name_length check (length(name) between 1 and 80),
    credential_id bytea not null constraint passkeys_credential_key unique
      constraint passkeys_credential_length check (length(credential_id) between 1 and 1023),
    public_key bytea not null constraint passkeys_public_key_length check (length(public_key) between 1 and 4096),
    -- How often it signed, as it says itself; 0: it does not count.
    counter bigint not null,
    transports text[] not null,
    is_synced boolean not null,
    created_at timestamptz not null default date_trunc('milliseconds', now()),
    last_used_at timestamptz
  )`,
  'create index passkeys_user_idx on passkeys (user_id)',

  // What a passkey has to sign, once and within minutes. No user: whoever signs in with it.
  `create table passkey_challenges (
    challenge_hash bytea constraint passkey_challenges_pkey primary key
      constraint passkey_challenges_hash_length check (length(challenge_hash) = 32),
    purpose text not null constraint passkey_challenges_purpose_known check (purpose in ('add', 'sign-in')),
    user_id integer constraint passkey_challenges_user_fkey references users (id) on delete cascade,
    client_address inet not null,
    expires_at timestamptz not null,
    constraint passkey_challenges_add_has_user check (purpose <> 'add' or user_id is not null)
  )`,
  'create index passkey_challenges_client_idx on passkey_challenges (client_address, expires_at)',
  'create index passkey_challenges_expires_idx on passkey_challenges (expires_at)',
  'create index passkey_challenges_user_idx on passkey_challenges (user_id)',

  // Between the password and the second factor. It opens nothing.
  `create table pending_sign_ins (
    token_hash bytea constraint pending_sign_ins_pkey primary key
      constraint pending_sign_ins_hash_length check (length(token_hash) = 32),
    user_id integer not null constraint pending_sign_ins_user_fkey references users (id) on delete cascade,
    proof text not null constraint pending_sign_ins_proof_length check (length(proof) between 1 and 40),
    tries smallint not null default 0,
    expires_at timestamptz not null
  )`,
  'create index pending_sign_ins_user_idx on pending_sign_ins (user_id)',
  'create index pending_sign_ins_expires_idx on pending_sign_ins (expires_at)',

  // From where and with what a person signed in before.
  `create table known_clients (
    user_id integer not null constraint known_clients_user_fkey references users (id) on delete cascade,
    network cidr not null,
    browser text not null constraint known_clients_browser_length check (length(browser) between 1 and 80),
    first_seen_at timestamptz not null default date_trunc('milliseconds', now()),
    last_seen_at timestamptz not null default date_trunc('milliseconds', now()),
    constraint known_clients_pkey primary key (user_id, network, browser)
  )`,
  'create index known_clients_last_seen_idx on known_clients (last_seen_at)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
