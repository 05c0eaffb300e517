import { type RawBuilder, sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { notFound } from '../problem.ts';
import { FLOOD_MAILS, FLOOD_MINUTES } from './flood-count.ts';

const ENDS = sql<Date>`now() + make_interval(mins => ${FLOOD_MINUTES})`;
const LET_IN_FOR = sql<Date>`now() + interval '1 day'`;
const IS_PAST = sql<boolean>`floods.until < now()`;
const LIES_SOMEWHERE = sql<boolean>`exists (select from mailbox_uids where held_for = floods.sender)`;
/** What lies in folders is of the flood until a person says what becomes of it. */
const IS_OVER = sql<boolean>`(${IS_PAST} and not ${LIES_SOMEWHERE})`;
const IS_LET_IN = sql<boolean>`(floods.let_in and not ${IS_PAST})`;
/** Every so many that are held show that it goes on: one that is brought again now and then does not. */
const GOES_ON = sql<boolean>`(${IS_PAST}
  or (floods.held + excluded.held) / ${sql.lit(FLOOD_MAILS)} > floods.held / ${sql.lit(FLOOD_MAILS)})`;

/** Counts mails of a flood that were left where they are. `letIn`: a person wants them all the same. */
export async function countHeld(db: Db, sender: string, held: number): Promise<{ letIn: boolean }> {
  const { let_in } = await db
    .insertInto('floods')
    .values({ sender, first_at: sql<Date>`now()`, last_at: sql<Date>`now()`, held, until: ENDS })
    .onConflict((conflict) =>
      conflict.column('sender').doUpdateSet({
        first_at: sql`case when ${IS_OVER} then excluded.first_at else floods.first_at end`,
        last_at: sql`excluded.last_at`,
        held: sql`case when ${IS_LET_IN} then floods.held when ${IS_OVER} then excluded.held
          else floods.held + excluded.held end`,
        until: sql`case when ${GOES_ON} and not ${IS_LET_IN} then excluded.until else floods.until end`,
        let_in: IS_LET_IN,
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
  /** Whether more of it is held, where it comes. */
  goesOn: boolean;
  letIn: boolean;
  /** Mails in folders that are looked at. */
  lying: number;
};

/** Floods that are not over, the largest first. */
export async function listFloods(db: Db): Promise<Flood[]> {
  const rows = await db
    .selectFrom('floods')
    .selectAll()
    .select([
      sql<boolean>`not ${IS_PAST} and not let_in`.as('goes_on'),
      sql<number>`(select count(*) from mailbox_uids where held_for = floods.sender)`.as('lying'),
    ])
    .where(sql<boolean>`not ${IS_OVER}`)
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
    goesOn: row.goes_on,
    letIn: row.let_in,
    lying: row.lying,
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

/** Changes a flood, and has the folders that it lies in looked at once it is committed. */
async function decide(
  trx: Trx,
  sender: string,
  change: { let_in?: boolean; until: RawBuilder<Date> },
): Promise<void> {
  // First, so that whoever notes what is held meanwhile waits, and then sees what was decided.
  const { numUpdatedRows } = await trx
    .updateTable('floods')
    .set(change)
    .where('sender', '=', sender)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw notFound('such flood');
  const mailboxes = await trx
    .selectFrom('mailboxes')
    .select('id')
    .where('id', 'in', (eb) =>
      eb.selectFrom('mailbox_uids').select('mailbox_id').where('held_for', '=', sender),
    )
    .orderBy('id')
    .forUpdate()
    .execute();
  if (mailboxes.length === 0) return;
  const ids = mailboxes.map(({ id }) => id);
  await trx.updateTable('mailboxes').set({ next_look_at: sql<Date>`now()` }).where('id', 'in', ids).execute();
}

/** Takes mails of this sender for a day, however many: what lies in folders, what is brought again and what comes. */
export async function letFloodIn(trx: Trx, sender: string): Promise<void> {
  await decide(trx, sender, { let_in: true, until: LET_IN_FOR });
  await trx.deleteFrom('mailbox_uids').where('held_for', '=', sender).execute();
}

/** Never takes what of a flood lies in folders now. It stays there; the flood is over unless more comes. */
export async function putFloodAway(trx: Trx, sender: string): Promise<void> {
  await decide(trx, sender, { until: sql<Date>`least(until, now() - interval '1 second')` });
  await trx.updateTable('mailbox_uids').set({ held_for: null }).where('held_for', '=', sender).execute();
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

/** What was held is kept for a month, and longer where it lies in a folder. */
export const forgetOldFloods = (db: Db) =>
  db
    .deleteFrom('floods')
    .where('sender', 'in', (eb) =>
      eb
        .selectFrom('floods')
        .select('sender')
        .where('until', '<', sql<Date>`now() - interval '30 days'`)
        .where(sql<boolean>`not ${LIES_SOMEWHERE}`)
        .orderBy('sender')
        // What is in somebody's hands is old tomorrow, too.
        .forUpdate()
        .skipLocked(),
    )
    .execute();
