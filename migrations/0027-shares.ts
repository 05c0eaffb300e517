import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // A link by which one incident can be read without an account. Of its secret only the hash is kept.
  `create table shares (
    id bigint generated always as identity constraint shares_pkey primary key,
    incident_number integer not null constraint shares_incident_fkey references incidents (number),
    token_hash bytea not null constraint shares_token_hash_key unique,
    -- For whom it was made, in words; its readers do not see it.
    made_for text not null constraint shares_made_for_length check (length(made_for) between 1 and 120),
    parts text[] not null constraint shares_parts_known check (
      cardinality(parts) between 1 and 8
      and parts <@ array['summary', 'states', 'timeline', 'notes', 'letters', 'answers', 'evidence', 'deliveries']),
    -- Whether addresses, names and numbers of people are shown.
    personal boolean not null default false,
    created_at timestamptz not null default now(),
    created_by_name text not null,
    expires_at timestamptz not null constraint shares_expiry_after check (expires_at > created_at),
    revoked_at timestamptz,
    revoked_by_name text,
    views integer not null default 0,
    last_used_at timestamptz,
    constraint shares_revoked_whole check ((revoked_at is null) = (revoked_by_name is null)),
    constraint shares_notes_in_timeline check (not 'notes' = any (parts) or 'timeline' = any (parts))
  )`,
  'create index shares_incident_idx on shares (incident_number, id)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
