import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // With it, what a report says of who complained becomes a hash that means nothing anywhere else.
  `create table complaint_secret (
    id boolean not null default true constraint complaint_secret_pkey primary key
      constraint complaint_secret_one_row check (id),
    secret bytea not null constraint complaint_secret_length check (length(secret) >= 32)
  )`,
  `create table complaints (
    id bigint generated always as identity constraint complaints_pkey primary key,
    -- The report whatever way it took: it counts once.
    digest bytea not null constraint complaints_digest_key unique,
    feedback_type text not null constraint complaints_feedback_type_slug check (feedback_type ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    -- Whether it says that mail was unwanted; others say that it failed a check, or was wanted after all.
    is_complaint boolean not null,
    -- Null: not said, and no address of ours in the trace either.
    source_ip inet,
    ip_source text not null constraint complaints_ip_source_known check (ip_source in ('report', 'subject', 'trace', 'none')),
    reported_at timestamptz not null,
    arrived_at timestamptz,
    incidents integer not null constraint complaints_incidents_range check (incidents between 1 and 1000000),
    reporter bytea,
    reporter_domain text not null default '',
    provider text,
    user_agent text not null default '',
    original_mail_from text not null default '',
    reported_domain text not null default '',
    message_id text not null default '',
    campaign text not null default '',
    campaign_field text not null default '',
    auth_failure text not null default '',
    -- Only where the installation keeps whole mails.
    raw bytea,
    source text not null constraint complaints_source_known check (source in ('page', 'api')),
    recorded_at timestamptz not null default now()
  )`,
  'create index complaints_reported_idx on complaints (reported_at desc, id desc)',
  'create index complaints_source_ip_idx on complaints (source_ip, reported_at desc)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
