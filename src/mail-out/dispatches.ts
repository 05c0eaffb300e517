import { sql } from 'kysely';
import { isFree } from '../database/lease.ts';
import type { Db } from '../database/open.ts';
import type { DispatchRow, SendingAccountRow } from '../database/tables.ts';
import { beginInHand, keepInHand, LEASE, letAllGo } from './in-hand.ts';

/** The queue of mails that go out: taking one, keeping it, and saying that its message is being given away. */

export type Taken = DispatchRow & { raw: Buffer; account: SendingAccountRow };

/** Takes the mail that is due longest; undefined: none is. Any number of processes may ask at a time. */
export async function takeDispatch(db: Db): Promise<Taken | undefined> {
  const row = await db
    .updateTable('dispatches')
    .set({ lease_until: LEASE, attempts: sql<number>`attempts + 1`, last_attempt_at: sql<Date>`now()` })
    .where('message_id', '=', (eb) =>
      eb
        .selectFrom('dispatches as d')
        .innerJoin('sending_accounts as a', 'a.id', 'd.account_id')
        .select('d.message_id')
        .where('d.state', 'in', ['queued', 'deferred'])
        .where('d.due_at', '<=', sql<Date>`now()`)
        .where(isFree('d.lease_until'))
        .where('a.disabled_at', 'is', null)
        .orderBy('d.due_at')
        .limit(1)
        .forUpdate('d')
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  const { raw } = await db
    .selectFrom('messages')
    .select('raw')
    .where('id', '=', row.message_id)
    .executeTakeFirstOrThrow();
  const account = await db
    .selectFrom('sending_accounts')
    .selectAll()
    .where('id', '=', row.account_id)
    .executeTakeFirstOrThrow();
  return { ...row, raw, account };
}

/** Whom a mail is still to be given to. */
export const leftOf = (row: Pick<DispatchRow, 'left_for' | 'envelope_recipients'>): string[] =>
  row.left_for ?? row.envelope_recipients;

/** Of one attempt; another attempt at the same mail has another number. */
export type Attempt = Pick<DispatchRow, 'message_id' | 'attempts'>;

export const keepDispatch = (db: Db, { message_id, attempts }: Attempt) =>
  keepInHand(db, 'dispatches', message_id, attempts);

export const beginSending = (db: Db, { message_id, attempts }: Attempt) =>
  beginInHand(db, 'dispatches', message_id, attempts);

/** Mails whose sender is gone in the middle of giving them away. */
export const findLost = (db: Db): Promise<Attempt[]> =>
  db
    .selectFrom('dispatches')
    .select(['message_id', 'attempts'])
    .where('state', '=', 'sending')
    .where('lease_until', '<', sql<Date>`now()`)
    .orderBy('due_at')
    .limit(20)
    .execute();

export const endDispatchLeases = (db: Db) => letAllGo(db, 'dispatches');

/** How the queue is doing: for the page of accounts. */
export async function queueState(db: Db) {
  const open = await db
    .selectFrom('dispatches')
    .select((eb) => [
      eb.fn.countAll<number>().as('waiting'),
      eb.fn.min('created_at').as('oldest'),
      sql<number>`count(*) filter (where state = 'deferred')`.as('deferred'),
    ])
    .where('state', 'in', ['queued', 'deferred', 'sending'])
    .executeTakeFirstOrThrow();
  const problem = await db
    .selectFrom('dispatches as d')
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .select(['d.server_words', 'd.last_attempt_at', 'd.state', 'm.id', 'm.incident_number'])
    .where('d.state', 'in', ['deferred', 'failed', 'delivered-unknown'])
    .orderBy('d.last_attempt_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { ...open, problem: problem ?? null };
}
