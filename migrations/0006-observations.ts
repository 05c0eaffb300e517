import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // A batch of the log agent counts once, however often it comes.
  `create table observation_batches (
    source text not null,
    key text not null,
    received_at timestamptz not null default now(),
    counted bigint not null default 0,
    constraint observation_batches_pkey primary key (source, key)
  )`,
  'create index observation_batches_received_idx on observation_batches (received_at)',
  // What the log calls a way out, for lines that do not name the sending address. Null: nobody has said yet.
  `create table transports (
    via text constraint transports_pkey primary key
      constraint transports_via_length check (length(via) between 1 and 200),
    address_id integer constraint transports_address_fkey references addresses (id),
    unplaced bigint not null default 0,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null
  )`,
  'create index transports_address_idx on transports (address_id)',
  `create table observed_minutes (
    address_id integer not null constraint observed_minutes_address_fkey references addresses (id),
    provider text not null,
    minute timestamptz not null,
    outcome text not null constraint observed_minutes_outcome_known check (outcome in ('accepted', 'deferred', 'refused')),
    reply_code text not null default '',
    enhanced_code text not null default '',
    block_code text not null default '',
    reason text,
    count bigint not null constraint observed_minutes_count_positive check (count > 0),
    constraint observed_minutes_pkey
      primary key (address_id, provider, minute, outcome, reply_code, enhanced_code, block_code)
  )`,
  'create index observed_minutes_minute_idx on observed_minutes (minute)',
  `create table observed_hours (
    address_id integer not null constraint observed_hours_address_fkey references addresses (id),
    provider text not null,
    hour timestamptz not null,
    outcome text not null constraint observed_hours_outcome_known check (outcome in ('accepted', 'deferred', 'refused')),
    count bigint not null constraint observed_hours_count_positive check (count > 0),
    constraint observed_hours_pkey primary key (address_id, provider, hour, outcome)
  )`,
  'create index observed_hours_hour_idx on observed_hours (hour)',
  // Provider '' holds for all that have no row of their own.
  `create table watch_rules (
    provider text constraint watch_rules_pkey primary key,
    opens boolean not null,
    refusals integer not null constraint watch_rules_refusals_range check (refusals between 1 and 1000000),
    window_minutes integer not null constraint watch_rules_window_range check (window_minutes between 1 and 1440),
    share_percent integer not null constraint watch_rules_share_range check (share_percent between 0 and 100),
    accepted integer not null constraint watch_rules_accepted_range check (accepted between 1 and 1000000),
    quiet_minutes integer not null constraint watch_rules_quiet_range check (quiet_minutes between 1 and 10080),
    version integer not null default 1,
    updated_at timestamptz not null default now()
  )`,
  'alter table reports drop constraint reports_source_known',
  `alter table reports add constraint reports_source_known
    check (source in ('page', 'api', 'command-line', 'log'))`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
