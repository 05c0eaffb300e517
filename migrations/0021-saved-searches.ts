import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `create table saved_searches (
    id bigint generated always as identity constraint saved_searches_pkey primary key,
    name text not null constraint saved_searches_name_length check (length(name) between 1 and 80),
    query text not null constraint saved_searches_query_length check (length(query) between 1 and 500),
    sort text not null default 'newest' constraint saved_searches_sort_known check (sort in ('newest', 'best')),
    -- Whose it is; null: of no person, so everybody's.
    owner_id integer constraint saved_searches_owner_fkey references users (id) on delete cascade,
    shared boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null default date_trunc('milliseconds', now()),
    created_by_name text not null,
    constraint saved_searches_somebodys check (owner_id is not null or shared)
  )`,
  'create unique index saved_searches_name_key on saved_searches (coalesce(owner_id, 0), lower(name))',
  'create index saved_searches_shared_idx on saved_searches (lower(name), id) where shared',
  'create index saved_searches_owner_idx on saved_searches (owner_id, lower(name), id)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
