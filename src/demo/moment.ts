import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';

/** What the database takes for now in this throw-away database: stories of last year are recorded last year. */
const MOMENT = "coalesce(nullif(current_setting('demo.now', true), '')::timestamptz, now())";

const RECORDED = ['timeline_entries', 'messages', 'evidence', 'rejections', 'tickets'];

/** Lets {@link atMoment} count in this database. */
export async function openMoments(db: Db): Promise<void> {
  const take = (table: string, column: string) =>
    sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} set default ${sql.raw(MOMENT)}`.execute(
      db,
    );
  for (const table of RECORDED) await take(table, 'recorded_at');
  await take('timeline_entries', 'occurred_at');
}

/** The rest of this transaction happens then. */
export const atMoment = (trx: Trx, at: Date) =>
  sql`select set_config('demo.now', ${at.toISOString()}, true)`.execute(trx);
