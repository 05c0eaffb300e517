import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { ReportMailRow, SendingAccountRow } from '../database/tables.ts';
import { type Outcome, waitAfter } from '../mail-out/outcome.ts';

/** The queue of mails with reports: taking one, saying that it is being given away, and what became of it. */

const LEASE = sql<Date>`now() + interval '2 minutes'`;
const NOW = sql<Date>`now()`;

export type TakenMail = ReportMailRow & { account: SendingAccountRow };
type Attempt = Pick<ReportMailRow, 'id' | 'attempts'>;

/** Takes the mail that is due longest; any number of processes may ask at a time. */
export async function takeMail(db: Db): Promise<TakenMail | undefined> {
  const row = await db
    .updateTable('report_mails')
    .set({ lease_until: LEASE, attempts: sql<number>`attempts + 1` })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('report_mails as m')
        .innerJoin('sending_accounts as a', 'a.id', 'm.account_id')
        .select('m.id')
        .where('m.state', 'in', ['queued', 'deferred'])
        .where('m.try_at', '<=', NOW)
        .where((or) => or.or([or('m.lease_until', 'is', null), or('m.lease_until', '<', NOW)]))
        .where('a.disabled_at', 'is', null)
        .orderBy('m.try_at')
        .limit(1)
        .forUpdate('m')
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  const account = await db
    .selectFrom('sending_accounts')
    .selectAll()
    .where('id', '=', row.account_id)
    .executeTakeFirstOrThrow();
  return { ...row, account };
}

/** Says, before the server is told of the message, that it may be there from now on. False: it was taken away. */
export async function beginMail(db: Db, { id, attempts }: Attempt): Promise<boolean> {
  const begun = await db
    .updateTable('report_mails')
    .set({ state: 'sending', lease_until: sql<Date>`now() + interval '15 minutes'` })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', 'in', ['queued', 'deferred'])
    .where('lease_until', '>', NOW)
    .executeTakeFirst();
  return begun.numUpdatedRows === 1n;
}

export async function settleMail(
  db: Db,
  { id, attempts }: Attempt,
  { state, words }: Outcome,
): Promise<void> {
  const isOver = state !== 'deferred';
  await db
    .updateTable('report_mails')
    .set({
      state,
      server_words: words,
      lease_until: null,
      ...(isOver
        ? { settled_at: NOW, raw: null }
        : { try_at: sql<Date>`now() + ${waitAfter(attempts)}::float8 * interval '1 millisecond'` }),
    })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', 'in', ['queued', 'sending', 'deferred'])
    .execute();
}

const LOST =
  'The sending process ended while the server was being given the mail; nobody can say whether it arrived.';

/** Mails whose sender is gone in the middle of giving them away: never sent again by themselves. */
export const settleLost = (db: Db) =>
  db
    .updateTable('report_mails')
    .set({ state: 'delivered-unknown', server_words: LOST, lease_until: null, settled_at: NOW, raw: null })
    .where('state', '=', 'sending')
    .where('lease_until', '<', NOW)
    .execute();

/** For a process that is alone at its database: whoever held a lease before it is gone. */
export const endMailLeases = (db: Db) =>
  db
    .updateTable('report_mails')
    .set({ lease_until: sql<Date>`now() - interval '1 second'` })
    .where('state', 'in', ['queued', 'sending', 'deferred'])
    .where('lease_until', 'is not', null)
    .execute();

/** What is over is kept for a year. */
export const forgetOldMails = (db: Db) =>
  db.deleteFrom('report_mails').where('settled_at', '<', sql<Date>`now() - interval '365 days'`).execute();
