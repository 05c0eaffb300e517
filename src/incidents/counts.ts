import { sql } from 'kysely';
import type { Db } from '../database/open.ts';

/** For the rail: how many incidents need us, and how many are not closed. */
export async function countUnfinished(db: Db): Promise<{ needYou: number; notClosed: number }> {
  const row = await db
    .selectFrom('incidents')
    .select((eb) => [
      eb.fn.countAll<number>().as('not_closed'),
      sql<number>`count(*) filter (where state in ('open', 'action-needed'))`.as('need_you'),
    ])
    .where('state', '!=', 'closed')
    .executeTakeFirstOrThrow();
  return { needYou: row.need_you, notClosed: row.not_closed };
}
