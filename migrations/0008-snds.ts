import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // The link holds a key that opens the reports to whoever has it: it is never shown again.
  `create table snds_feeds (
    id integer generated always as identity constraint snds_feeds_pkey primary key,
    kind text not null constraint snds_feeds_kind_known check (kind in ('data', 'status')),
    link text not null constraint snds_feeds_link_key unique
      constraint snds_feeds_link_https check (link ~ '^https://' and length(link) <= 2000),
    token text not null default '' constraint snds_feeds_token_length check (length(token) <= 8000),
    renewed_on date not null,
    attested_on date,
    -- Up to this day all days were asked for; only for links that name a day.
    fetched_until date,
    next_at timestamptz not null default now(),
    last_tried_at timestamptz,
    last_fetched_at timestamptz,
    failures integer not null default 0,
    last_error text not null default '',
    version integer not null default 1,
    created_at timestamptz not null default now()
  )`,
  'create index snds_feeds_next_idx on snds_feeds (next_at)',
  `create table snds_imports (
    id bigint generated always as identity constraint snds_imports_pkey primary key,
    kind text not null constraint snds_imports_kind_known check (kind in ('data', 'status', 'empty')),
    source text not null constraint snds_imports_source_known check (source in ('page', 'api', 'feed')),
    feed_id integer constraint snds_imports_feed_fkey references snds_feeds (id) on delete set null,
    raw bytea not null,
    sha256 bytea not null,
    byte_length integer not null,
    file_name text not null default '',
    rows integer not null,
    first_day date,
    last_day date,
    by_name text not null,
    received_at timestamptz not null,
    -- The same report may come again and again: then only this moves on.
    seen_at timestamptz not null
  )`,
  'create index snds_imports_newest_idx on snds_imports (kind, feed_id, id desc)',
  'create index snds_imports_sha256_idx on snds_imports (sha256)',
  'create index snds_imports_feed_idx on snds_imports (feed_id)',
  `create table snds_days (
    address_id integer not null constraint snds_days_address_fkey references addresses (id),
    day date not null,
    activity text not null default '',
    rcpt bigint,
    data bigint,
    recipients bigint,
    filter text constraint snds_days_filter_known check (filter in ('green', 'yellow', 'red')),
    complaint_low double precision,
    complaint_high double precision,
    complaint_text text not null default '',
    trap_period text not null default '',
    trap_hits bigint,
    sample_helo text not null default '',
    sample_mail_from text not null default '',
    jmrp_sender text not null default '',
    comments text not null default '',
    extra jsonb not null default '{}',
    import_id bigint not null constraint snds_days_import_fkey references snds_imports (id),
    constraint snds_days_pkey primary key (address_id, day)
  )`,
  'create index snds_days_day_idx on snds_days (day desc, address_id)',
  'create index snds_days_import_idx on snds_days (import_id)',
  // What a day said before a later import said something else.
  `create table snds_replaced (
    id bigint generated always as identity constraint snds_replaced_pkey primary key,
    address_id integer not null constraint snds_replaced_address_fkey references addresses (id),
    day date not null,
    was jsonb not null,
    import_id bigint not null constraint snds_replaced_import_fkey references snds_imports (id),
    replaced_by bigint not null constraint snds_replaced_by_fkey references snds_imports (id)
  )`,
  'create index snds_replaced_day_idx on snds_replaced (address_id, day)',
  'create index snds_replaced_import_idx on snds_replaced (import_id)',
  'create index snds_replaced_by_idx on snds_replaced (replaced_by)',
  `create table snds_status (
    import_id bigint not null constraint snds_status_import_fkey references snds_imports (id),
    position integer not null,
    first inet not null,
    last inet not null,
    blocked boolean not null,
    details text not null default '',
    constraint snds_status_pkey primary key (import_id, position)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
