import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // The newest correction of an entry is asked for by both columns. With the first alone, a planner without
  // statistics walks the whole table by id for every entry shown.
  'drop index timeline_entries_corrects_idx',
  'create index timeline_entries_corrects_idx on timeline_entries (corrects, id) where corrects is not null',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
