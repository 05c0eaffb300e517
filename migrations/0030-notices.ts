import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What a person wants to be told, and how. No row: as it is for everybody of their role.
  `create table notice_settings (
    user_id integer not null constraint notice_settings_pkey primary key
      constraint notice_settings_user_fkey references users (id) on delete cascade,
    rules jsonb constraint notice_settings_rules_list check (jsonb_typeof(rules) = 'array' and jsonb_array_length(rules) <= 30),
    takes_mail boolean not null default true,
    cadence text not null default 'daily' constraint notice_settings_cadence_known check (cadence in ('hourly', 'daily')),
    digest_hour smallint not null default 8 constraint notice_settings_hour_range check (digest_hour between 0 and 23),
    -- Minutes of the day, in the person's zone.
    quiet_from smallint,
    quiet_until smallint,
    critical_breaks_through boolean not null default true,
    version integer not null default 1,
    constraint notice_settings_quiet_whole check (num_nulls(quiet_from, quiet_until) in (0, 2)),
    constraint notice_settings_quiet_range
      check (quiet_from between 0 and 1439 and quiet_until between 0 and 1439 and quiet_from <> quiet_until)
  )`,

  `create table notices (
    id bigint generated always as identity constraint notices_pkey primary key,
    user_id integer not null constraint notices_user_fkey references users (id) on delete cascade,
    -- The row of the outbox that it was told by; that is gone by now.
    event_id bigint not null,
    incident_number integer constraint notices_incident_fkey references incidents (number),
    topic text not null constraint notices_topic_length check (length(topic) between 1 and 40),
    words text not null constraint notices_words_length check (length(words) <= 1000),
    link text not null constraint notices_link_local check (link like '/%' and length(link) <= 500),
    happened_at timestamptz not null,
    told_at timestamptz not null default date_trunc('milliseconds', now()),
    read_at timestamptz,
    -- When it goes into a mail; null: it never does, or it did.
    mail_due_at timestamptz,
    constraint notices_event_key unique (user_id, event_id)
  )`,
  'create index notices_user_idx on notices (user_id, id desc)',
  'create index notices_unread_idx on notices (user_id, id desc) where read_at is null',
  'create index notices_mail_due_idx on notices (mail_due_at, user_id) where mail_due_at is not null',
  'create index notices_told_idx on notices (told_at)',
  'create index notices_incident_idx on notices (incident_number)',

  // Mails to people, as they go out. Taken up like those to providers.
  `create table notice_mails (
    id bigint generated always as identity constraint notice_mails_pkey primary key,
    user_id integer not null constraint notice_mails_user_fkey references users (id) on delete cascade,
    account_id integer not null constraint notice_mails_account_fkey references sending_accounts (id),
    message_id text not null constraint notice_mails_message_key unique,
    envelope_sender text not null,
    envelope_recipients text[] not null constraint notice_mails_one_recipient check (cardinality(envelope_recipients) = 1),
    subject text not null,
    raw bytea not null,
    state text not null default 'queued' constraint notice_mails_state_known
      check (state in ('queued', 'sending', 'sent', 'deferred', 'failed', 'delivered-unknown')),
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    attempts integer not null default 0,
    server_words text not null default '',
    created_at timestamptz not null default now(),
    settled_at timestamptz,
    constraint notice_mails_settled_whole
      check ((state in ('sent', 'failed', 'delivered-unknown')) = (settled_at is not null))
  )`,
  `create index notice_mails_due_idx on notice_mails (due_at) where state in ('queued', 'deferred', 'sending')`,
  'create index notice_mails_user_idx on notice_mails (user_id, id desc)',
  'create index notice_mails_settled_idx on notice_mails (settled_at) where settled_at is not null',
  'create index notice_mails_account_idx on notice_mails (account_id)',

  // The secret address of a person's calendar: only its hash is kept.
  `create table calendar_links (
    user_id integer not null constraint calendar_links_pkey primary key
      constraint calendar_links_user_fkey references users (id) on delete cascade,
    token_hash bytea not null constraint calendar_links_token_key unique
      constraint calendar_links_token_length check (length(token_hash) = 32),
    is_all boolean not null,
    has_alarms boolean not null,
    created_at timestamptz not null default date_trunc('milliseconds', now()),
    last_used_at timestamptz
  )`,
  'create index step_judgements_due_idx on step_judgements (due_at) where due_at is not null',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
