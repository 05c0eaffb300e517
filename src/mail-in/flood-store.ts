import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { notFound } from '../problem.ts';
import { FLOOD_MAILS, FLOOD_MINUTES } from './flood-count.ts';

const ENDS = sql<Date>`now() + make_interval(mins => ${FLOOD_MINUTES})`;
const LET_IN_FOR = sql<Date>`now() + interval '1 day'`;
const IS_OVER = sql<boolean>`floods.until < now()`;

/** Counts mails of a flood that were left where they are. `letIn`: a person wants them all the same. */
export async function countHeld(db: Db, sender: string, held: number): Promise<{ letIn: boolean }> {
  const { let_in } = await db
    .insertInto('floods')
    .values({ sender, first_at: sql<Date>`now()`, last_at: sql<Date>`now()`, held, until: ENDS })
    .onConflict((conflict) =>
      conflict.column('sender').doUpdateSet({
        first_at: sql`case when ${IS_OVER} then excluded.first_at else floods.first_at end`,
        last_at: sql`excluded.last_at`,
        held: sql`case when ${IS_OVER} then excluded.held when floods.let_in then floods.held
          else floods.held + excluded.held end`,
        until: sql`case when floods.let_in and not ${IS_OVER} then floods.until else excluded.until end`,
        let_in: sql`floods.let_in and not ${IS_OVER}`,
      }),
    )
    .returning('let_in')
    .executeTakeFirstOrThrow();
  return { letIn: let_in };
}

export type Flood = {
  sender: string;
  firstAt: Date;
  lastAt: Date;
  held: number;
  until: Date;
  letIn: boolean;
};

/** Floods that are not over, the largest first. */
export async function listFloods(db: Db): Promise<Flood[]> {
  const rows = await db
    .selectFrom('floods')
    .selectAll()
    .where('until', '>=', sql<Date>`now()`)
    .orderBy('held', 'desc')
    .orderBy('sender')
    .limit(20)
    .execute();
  return rows.map((row) => ({
    sender: row.sender,
    firstAt: row.first_at,
    lastAt: row.last_at,
    held: row.held,
    until: row.until,
    letIn: row.let_in,
  }));
}

/** Whether mails of this sender are let in, and whether a flood of theirs goes on. */
export async function floodOf(db: Db, sender: string): Promise<{ goesOn: boolean; letIn: boolean }> {
  const row = await db
    .selectFrom('floods')
    .select('let_in')
    .where('sender', '=', sender)
    .where('until', '>=', sql<Date>`now()`)
    .executeTakeFirst();
  return { goesOn: row !== undefined && !row.let_in, letIn: row?.let_in ?? false };
}

/** Takes mails of this sender for a day, however many. */
export async function letFloodIn(trx: Trx, sender: string): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('floods')
    .set({ let_in: true, until: LET_IN_FOR })
    .where('sender', '=', sender)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw notFound('such flood');
}

/** Whether a pipe has brought more of this sender's mail than is believed to be correspondence. */
export async function isPipedFlood(db: Db, sender: string): Promise<boolean> {
  const rows = await db
    .selectFrom('arrivals')
    .select('id')
    .where('way', '=', 'pipe')
    .where('sender', '=', sender)
    .where('received_at', '>', sql<Date>`now() - make_interval(mins => ${FLOOD_MINUTES})`)
    .limit(FLOOD_MAILS)
    .execute();
  return rows.length >= FLOOD_MAILS;
}

/** What was held is told for a month. */
export const forgetOldFloods = (db: Db) =>
  db.deleteFrom('floods').where('until', '<', sql<Date>`now() - interval '30 days'`).execute();
