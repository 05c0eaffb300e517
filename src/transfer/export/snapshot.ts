import { type ControlledTransaction, sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import type { Database } from '../../database/tables.ts';

/** One view of the whole database: whatever changes meanwhile is in none of it. */
export async function openSnapshot(db: Db): Promise<ControlledTransaction<Database>> {
  const trx = await db.startTransaction().execute();
  await sql`set transaction isolation level repeatable read, read only`.execute(trx);
  return trx;
}

export async function sourceOf(db: Db): Promise<string> {
  const row = await db.selectFrom('desk_identity').select('source').executeTakeFirstOrThrow();
  return row.source;
}
