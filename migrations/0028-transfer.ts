import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // By which a desk's records are known wherever they are taken.
  `create table desk_identity (
    id boolean not null default true constraint desk_identity_pkey primary key constraint desk_identity_one check (id),
    source uuid not null default gen_random_uuid()
  )`,
  'insert into desk_identity default values',
  // A file that is taken in: it is its own queue, worked off in batches by whoever holds the lease.
  `create table imports (
    id bigint generated always as identity constraint imports_pkey primary key,
    kind text not null constraint imports_kind_known check (kind in ('export', 'csv')),
    state text not null constraint imports_state_known
      check (state in ('mapping', 'waiting', 'running', 'done', 'failed')),
    file_name text not null default '' constraint imports_file_name_length check (length(file_name) <= 300),
    byte_length bigint not null,
    sha256 bytea not null,
    -- Where its records come from: another desk, or a tracker by its name.
    source text not null constraint imports_source_length check (length(source) between 1 and 200),
    options jsonb not null default '{}',
    -- What was read of it so far: octets of an export, rows of a CSV.
    place bigint not null default 0 constraint imports_place_range check (place >= 0),
    total bigint not null default 0,
    added jsonb not null default '{}',
    known bigint not null default 0,
    left_out bigint not null default 0,
    problem text not null default '',
    lease_until timestamptz,
    by_name text not null,
    created_at timestamptz not null default now(),
    finished_at timestamptz
  )`,
  `create index imports_work_idx on imports (id) where state in ('waiting', 'running')`,
  `create table import_pieces (
    import_id bigint not null constraint import_pieces_import_fkey references imports (id),
    position bigint not null,
    octets bytea not null,
    constraint import_pieces_pkey primary key (import_id, position)
  )`,
  // What became of each record: a second run of the same source finds it and adds nothing.
  `create table import_records (
    source text not null,
    kind text not null,
    source_id text not null,
    target_id text not null,
    import_id bigint not null constraint import_records_import_fkey references imports (id),
    -- Whether the import made the row, or found one that is the same.
    made boolean not null,
    constraint import_records_pkey primary key (source, kind, source_id)
  )`,
  'create index import_records_import_idx on import_records (import_id, kind, target_id)',
  `create table import_left_out (
    id bigint generated always as identity constraint import_left_out_pkey primary key,
    import_id bigint not null constraint import_left_out_import_fkey references imports (id),
    row_number bigint not null,
    field text not null default '',
    value text not null default '' constraint import_left_out_value_length check (length(value) <= 300),
    why text not null
  )`,
  'create index import_left_out_import_idx on import_left_out (import_id, id)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
