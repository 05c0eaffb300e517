import { sql } from 'kysely';
import type { Db } from '../database/open.ts';

/** More are not counted: “999+” tells enough, and costs the same with fifty thousand of them. */
const COUNTED = 1000;

/** In the order of an index: a planner that expects many rows would begin with the oldest, which are closed. */
const some = (condition: string, order: string) =>
  sql`select from incidents where ${sql.raw(`${condition} order by ${order}`)} limit ${COUNTED}::integer`;
const DUE = "coalesce(due_at, 'infinity')";

/** For the rail: how many incidents need us, and how many are not closed; each up to a thousand. */
export async function countUnfinished(db: Db): Promise<{ needYou: number; notClosed: number }> {
  const { rows } = await sql<{ need_you: number; not_closed: number }>`
    select
      (select count(*) from (${some("state = 'open'", DUE)}) one)
        + (select count(*) from (${some("state = 'action-needed'", DUE)}) one) as need_you,
      (select count(*) from (${some("state <> 'closed'", 'number desc')}) one) as not_closed`.execute(db);
  return { needYou: rows[0]?.need_you ?? 0, notClosed: rows[0]?.not_closed ?? 0 };
}
