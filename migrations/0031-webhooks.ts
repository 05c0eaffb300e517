import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `create table webhook_targets (
    id integer generated always as identity constraint webhook_targets_pkey primary key,
    name text not null constraint webhook_targets_name_length check (length(name) between 1 and 120),
    format text not null constraint webhook_targets_format_known check (format in ('delist-desk', 'slack', 'teams')),
    -- Its path may be a password: sealed, and shown as what stands before it.
    url_sealed bytea,
    url_shown text not null,
    secret_sealed bytea,
    -- The secret before, with which is signed as well until then.
    previous_secret_sealed bytea,
    previous_until timestamptz,
    -- What is sent: groups of entries; providers, none for all; and the least severity.
    groups text[] not null constraint webhook_targets_some_group check (cardinality(groups) between 1 and 10),
    providers text[] not null default '{}' constraint webhook_targets_few_providers check (cardinality(providers) <= 100),
    least_severity text not null default 'low'
      constraint webhook_targets_severity_known check (least_severity in ('low', 'normal', 'high', 'critical')),
    paused_at timestamptz,
    paused_by text,
    paused_why text not null default '',
    -- Attempts that failed in a row, since when, and until when it is left alone.
    failures integer not null default 0,
    failing_since timestamptz,
    rest_until timestamptz,
    last_problem text not null default '',
    last_delivered_at timestamptz,
    removed_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    created_by_name text not null,
    constraint webhook_targets_paused_whole check ((paused_at is null) = (paused_by is null)),
    constraint webhook_targets_failing_whole check ((failures = 0) = (failing_since is null)),
    constraint webhook_targets_previous_whole check ((previous_secret_sealed is null) = (previous_until is null)),
    constraint webhook_targets_url_until_removed check ((removed_at is null) = (url_sealed is not null))
  )`,
  'create unique index webhook_targets_name_key on webhook_targets (lower(name)) where removed_at is null',

  // An event on its way to a target. It is its own queue, and the log.
  `create table webhook_deliveries (
    id bigint generated always as identity constraint webhook_deliveries_pkey primary key,
    target_id integer not null constraint webhook_deliveries_target_fkey references webhook_targets (id),
    -- Null: it belongs to none, and stands in no line.
    incident_number integer constraint webhook_deliveries_incident_fkey references incidents (number),
    -- As the outbox numbered it; null: a test.
    event_id bigint,
    -- What receivers know it by, however often it is sent.
    message_id text not null constraint webhook_deliveries_message_key unique,
    event jsonb not null,
    is_test boolean not null default false,
    -- Of one incident and target only the first may be waiting; the others are queued behind it.
    state text not null constraint webhook_deliveries_state_known
      check (state in ('queued', 'waiting', 'delivered', 'failed', 'dropped')),
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    attempts integer not null default 0,
    -- Attempts since it was last begun with: a replay begins anew.
    tries integer not null default 0,
    first_tried_at timestamptz,
    last_status integer,
    last_words text not null default '',
    created_at timestamptz not null default now(),
    settled_at timestamptz,
    constraint webhook_deliveries_test_alone check (is_test = (event_id is null) and (not is_test or incident_number is null)),
    constraint webhook_deliveries_settled_whole check ((state in ('delivered', 'failed', 'dropped')) = (settled_at is not null))
  )`,
  'create unique index webhook_deliveries_event_key on webhook_deliveries (target_id, event_id)',
  `create unique index webhook_deliveries_line_key on webhook_deliveries (target_id, incident_number) where state = 'waiting'`,
  `create index webhook_deliveries_due_idx on webhook_deliveries (target_id, due_at, id) where state = 'waiting'`,
  `create index webhook_deliveries_leased_idx on webhook_deliveries (target_id) where lease_until is not null`,
  `create index webhook_deliveries_line_idx on webhook_deliveries (target_id, incident_number, id)
    where state in ('queued', 'waiting')`,
  'create index webhook_deliveries_log_idx on webhook_deliveries (target_id, id desc)',
  'create index webhook_deliveries_state_idx on webhook_deliveries (target_id, state, id desc)',
  'create index webhook_deliveries_settled_idx on webhook_deliveries (settled_at) where settled_at is not null',

  `create table webhook_attempts (
    delivery_id bigint not null constraint webhook_attempts_delivery_fkey references webhook_deliveries (id) on delete cascade,
    number integer not null,
    at timestamptz not null,
    duration_ms integer not null,
    -- Null: no answer came.
    status integer,
    words text not null,
    -- Its beginning, as text.
    answer text not null default '' constraint webhook_attempts_answer_length check (length(answer) <= 2048),
    constraint webhook_attempts_pkey primary key (delivery_id, number)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
