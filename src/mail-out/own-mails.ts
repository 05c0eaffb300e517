import { sql } from 'kysely';
import { isFree } from '../database/lease.ts';
import type { Db } from '../database/open.ts';
import type { DispatchState } from '../database/tables.ts';
import { beginInHand, keepInHand, LEASE, letAllGo, type OwnMails } from './in-hand.ts';
import { type Outcome, waitAfter } from './outcome.ts';
import { LOST, type MailInHand, type MailQueue } from './queue.ts';
import { noteAccount } from './settle.ts';

type Attempt = { id: number; attempts: number };

const NOW = sql<Date>`now()`;
const KEPT_DAYS = 30;

/** What a mail is when it is over. */
export const settled = (state: Exclude<DispatchState, 'withdrawn'>, words: string) => ({
  state,
  server_words: words,
  lease_until: null,
  settled_at: NOW,
});

/**
 * The queue of one table of mails to people. Nobody decides about them: one that may have arrived is not sent again.
 * `nameOf`: how logs name a mail of it.
 */
export function ownMails(
  of: OwnMails,
  nameOf: (id: number) => MailInHand['name'],
): MailQueue & { endLeases: (db: Db) => Promise<unknown>; forgetOld: (db: Db) => Promise<unknown> } {
  // The columns that are used here are the same in each.
  const table = of as 'notice_mails';

  async function take(db: Db) {
    const row = await db
      .updateTable(table)
      .set({ lease_until: LEASE, attempts: sql<number>`attempts + 1` })
      .where('id', '=', (eb) =>
        eb
          .selectFrom(`${table} as m`)
          .innerJoin('sending_accounts as a', 'a.id', 'm.account_id')
          .select('m.id')
          .where('m.state', 'in', ['queued', 'deferred'])
          .where('m.due_at', '<=', NOW)
          .where(isFree('m.lease_until'))
          .where('a.disabled_at', 'is', null)
          .orderBy('m.due_at')
          .limit(1)
          .forUpdate('m')
          .skipLocked(),
      )
      .returning([
        'id',
        'account_id',
        'attempts',
        'created_at',
        'envelope_sender',
        'envelope_recipients',
        'raw',
      ])
      .executeTakeFirst();
    if (!row) return undefined;
    const account = await db
      .selectFrom('sending_accounts')
      .selectAll()
      .where('id', '=', row.account_id)
      .executeTakeFirstOrThrow();
    return {
      ...row,
      account,
      name: nameOf(row.id),
      keep: () => keepInHand(db, of, row.id, row.attempts),
      begin: () => beginInHand(db, of, row.id, row.attempts),
      settle: (outcome: Outcome) => settle(db, row, outcome),
    };
  }

  /** Keeps what an attempt came to, unless another attempt was made meanwhile. */
  async function settle(db: Db, { id, attempts }: Attempt, outcome: Outcome): Promise<void> {
    const { state, words } = outcome;
    const wait = sql<Date>`now() + ${waitAfter(attempts)}::float8 * interval '1 millisecond'`;
    await db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable(table)
        .set(
          state === 'deferred'
            ? { state, server_words: words, lease_until: null, due_at: wait }
            : settled(state, words),
        )
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .where('state', 'in', ['queued', 'deferred', 'sending'])
        .returning('account_id')
        .executeTakeFirst();
      if (row) await noteAccount(trx, row.account_id, outcome);
    });
  }

  async function settleLost(db: Db) {
    const lost = await db
      .updateTable(table)
      .set(settled('delivered-unknown', LOST))
      .where('state', '=', 'sending')
      .where('lease_until', '<', NOW)
      .returning('id')
      .execute();
    return lost.map(({ id }) => nameOf(id));
  }

  const endLeases = (db: Db) => letAllGo(db, of);

  const forgetOld = (db: Db) =>
    db
      .deleteFrom(table)
      .where('settled_at', '<', sql<Date>`now() - ${sql.lit(KEPT_DAYS)} * interval '1 day'`)
      .execute();

  return { take, settleLost, endLeases, forgetOld };
}
