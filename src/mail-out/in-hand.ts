import { sql } from 'kysely';
import { leaseFor } from '../database/lease.ts';
import type { Db } from '../database/open.ts';

/** How whoever took a mail holds it, in each of the tables of mails that go out. */

/** Mails of the desk's own to people. */
export type OwnMails = 'notice_mails' | 'report_mails' | 'account_mails';
type Mails = 'dispatches' | OwnMails;

export const LEASE = leaseFor(30);
const UNDER_WAY = ['queued', 'deferred', 'sending'] as const;

/** The columns that are used here are the same in each; the one that names a mail is not. */
const rowsOf = (mails: Mails) => ({
  table: mails as 'notice_mails',
  key: (mails === 'dispatches' ? 'message_id' : 'id') as 'id',
});

/** Keeps others from taking it, as long as this attempt is the newest. */
export function keepInHand(db: Db, mails: Mails, id: number, attempts: number) {
  const { table, key } = rowsOf(mails);
  return db
    .updateTable(table)
    .set({ lease_until: LEASE })
    .where(key, '=', id)
    .where('attempts', '=', attempts)
    .where('state', 'in', UNDER_WAY)
    .execute();
}

/**
 * Says, before the server is told anything of the mail, that it may be there from now on. False: it was withdrawn or
 * taken away meanwhile, and is not sent.
 */
export async function beginInHand(db: Db, mails: Mails, id: number, attempts: number): Promise<boolean> {
  const { table, key } = rowsOf(mails);
  const begun = await db
    .updateTable(table)
    .set({ state: 'sending', lease_until: LEASE })
    .where(key, '=', id)
    .where('attempts', '=', attempts)
    .where('state', 'in', ['queued', 'deferred'])
    .where('lease_until', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return begun.numUpdatedRows === 1n;
}

/** For a process that is alone at its database: whoever held a mail before it is gone. */
export const letAllGo = (db: Db, mails: Mails) =>
  db
    .updateTable(rowsOf(mails).table)
    .set({ lease_until: sql<Date>`now() - interval '1 second'` })
    .where('state', 'in', UNDER_WAY)
    .where('lease_until', 'is not', null)
    .execute();
