import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `alter table profile add column dkim_selectors text[] not null default '{}'`,
  // What a kind of evidence found out about one address or domain. One row holds as long as nothing changes.
  `create table snapshots (
    id bigint generated always as identity constraint snapshots_pkey primary key,
    kind text not null constraint snapshots_kind_slug check (kind ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    address inet constraint snapshots_address_single
      check (masklen(address) = case family(address) when 4 then 32 else 128 end),
    domain text constraint snapshots_domain_length check (length(domain) between 1 and 253),
    outcome text not null constraint snapshots_outcome_known check (outcome in ('good', 'bad', 'note', 'unknown')),
    summary text not null constraint snapshots_summary_length check (length(summary) between 1 and 500),
    facts jsonb not null,
    claims jsonb not null,
    raw jsonb not null,
    content_hash bytea not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    superseded_at timestamptz,
    constraint snapshots_one_subject check (num_nonnulls(address, domain) = 1),
    constraint snapshots_times_in_order check (first_seen_at <= last_seen_at)
  )`,
  `create unique index snapshots_standing_address_key on snapshots (address, kind)
    where superseded_at is null and address is not null`,
  `create unique index snapshots_standing_domain_key on snapshots (domain, kind)
    where superseded_at is null and domain is not null`,
  'create index snapshots_address_idx on snapshots (address, first_seen_at desc) where address is not null',
  'create index snapshots_domain_idx on snapshots (domain, first_seen_at desc) where domain is not null',
  `create function snapshots_keep() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'UPDATE' or (new.kind, new.address, new.domain, new.outcome, new.summary, new.facts, new.claims,
          new.raw, new.content_hash, new.first_seen_at)
        is distinct from (old.kind, old.address, old.domain, old.outcome, old.summary, old.facts, old.claims,
          old.raw, old.content_hash, old.first_seen_at) then
        raise exception 'what a snapshot saw is never changed' using errcode = 'DD001';
      end if;
      return new;
    end $$`,
  `create trigger snapshots_keep before update or delete on snapshots
    for each row execute function snapshots_keep()`,
  `create trigger snapshots_keep_all before truncate on snapshots
    for each statement execute function snapshots_keep()`,
  // A check that was asked for. The table is its queue: whoever holds the lease works on it.
  `create table checks (
    id bigint generated always as identity constraint checks_pkey primary key,
    incident_number integer constraint checks_incident_fkey references incidents (number),
    networks cidr[] not null constraint checks_networks_count check (cardinality(networks) <= 1000),
    kinds text[],
    asked_by_name text not null,
    asked_at timestamptz not null default now(),
    lease_until timestamptz,
    parts integer not null default 0,
    parts_done integer not null default 0,
    finished_at timestamptz
  )`,
  'create index checks_waiting_idx on checks (id) where finished_at is null',
  'create index checks_incident_idx on checks (incident_number, id desc)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
