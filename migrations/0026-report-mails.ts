import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  'create index letter_outcomes_provider_idx on letter_outcomes (provider, sent_at desc, letter_id desc)',

  // Addresses of people without an account that an admin lets reports go to.
  `create table report_addresses (
    id integer generated always as identity constraint report_addresses_pkey primary key,
    address text not null constraint report_addresses_length check (length(address) between 3 and 254),
    confirmed_by_name text not null,
    confirmed_at timestamptz not null default now()
  )`,
  'create unique index report_addresses_address_key on report_addresses (lower(address))',

  `create table report_subscriptions (
    id integer generated always as identity constraint report_subscriptions_pkey primary key,
    report text not null constraint report_subscriptions_report_slug check (report ~ '^[a-z]+(-[a-z]+)*$'),
    -- Period and filters, as in the address of the page.
    query text not null constraint report_subscriptions_query_length check (length(query) <= 1000),
    cadence text not null constraint report_subscriptions_cadence_known check (cadence in ('daily', 'weekly', 'monthly')),
    -- 1 is Monday.
    weekday smallint constraint report_subscriptions_weekday_range check (weekday between 1 and 7),
    hour smallint not null constraint report_subscriptions_hour_range check (hour between 0 and 23),
    time_zone text not null constraint report_subscriptions_zone_length check (length(time_zone) between 1 and 60),
    user_ids integer[] not null,
    address_ids integer[] not null,
    created_by_name text not null,
    created_at timestamptz not null default now(),
    next_due_at timestamptz not null,
    paused_at timestamptz,
    -- Why nothing was made of the last due time; empty: it was.
    last_problem text not null default '',
    constraint report_subscriptions_weekly_on check ((cadence = 'weekly') = (weekday is not null)),
    constraint report_subscriptions_recipients check (cardinality(user_ids) + cardinality(address_ids) between 1 and 50)
  )`,
  'create index report_subscriptions_due_idx on report_subscriptions (next_due_at) where paused_at is null',

  // Each due time's mail to each recipient, once. They are taken up like mails to providers.
  `create table report_mails (
    id bigint generated always as identity constraint report_mails_pkey primary key,
    subscription_id integer not null constraint report_mails_subscription_fkey
      references report_subscriptions (id) on delete cascade,
    for_due_at timestamptz not null,
    account_id integer not null constraint report_mails_account_fkey references sending_accounts (id),
    envelope_sender text not null,
    envelope_recipients text[] not null constraint report_mails_one_recipient check (cardinality(envelope_recipients) = 1),
    raw bytea not null,
    state text not null default 'queued' constraint report_mails_state_known
      check (state in ('queued', 'sending', 'deferred', 'sent', 'failed', 'delivered-unknown')),
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    attempts integer not null default 0,
    server_words text not null default '',
    created_at timestamptz not null default now(),
    settled_at timestamptz,
    constraint report_mails_once_key unique (subscription_id, for_due_at, envelope_recipients),
    constraint report_mails_settled_whole
      check ((state in ('sent', 'failed', 'delivered-unknown')) = (settled_at is not null))
  )`,
  `create index report_mails_open_idx on report_mails (due_at) where state in ('queued', 'sending', 'deferred')`,
  'create index report_mails_settled_idx on report_mails (settled_at) where settled_at is not null',
  'create index report_mails_account_idx on report_mails (account_id)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
