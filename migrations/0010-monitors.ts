import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // Null: nobody looks at it unasked.
  `alter table addresses
    add column check_every_hours smallint constraint addresses_check_every_range
      check (check_every_hours between 1 and 720),
    add column check_due_at timestamptz,
    add constraint addresses_check_due_with_every check ((check_every_hours is null) = (check_due_at is null))`,
  'create index addresses_check_due_idx on addresses (check_due_at) where check_due_at is not null',
  // A list that was seen to list an address is a report as well.
  `alter table reports drop constraint reports_source_known,
    add constraint reports_source_known check (source in ('page', 'api', 'command-line', 'log', 'check'))`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
