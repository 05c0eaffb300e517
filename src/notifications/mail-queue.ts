import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { DispatchState } from '../database/tables.ts';
import { type Outcome, waitAfter } from '../mail-out/outcome.ts';
import { LOST, type MailQueue } from '../mail-out/queue.ts';
import { noteAccount } from '../mail-out/settle.ts';

/** Mails to people about what happened. Nobody decides about them: one that may have arrived is not sent again. */

const LEASE = sql<Date>`now() + interval '30 seconds'`;
type Attempt = { id: number; attempts: number };

async function takeMail(db: Db) {
  const row = await db
    .updateTable('notice_mails')
    .set({ lease_until: LEASE, attempts: sql<number>`attempts + 1` })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('notice_mails as m')
        .innerJoin('sending_accounts as a', 'a.id', 'm.account_id')
        .select('m.id')
        .where('m.state', 'in', ['queued', 'deferred'])
        .where('m.due_at', '<=', sql<Date>`now()`)
        .where((or) => or.or([or('m.lease_until', 'is', null), or('m.lease_until', '<', sql<Date>`now()`)]))
        .where('a.disabled_at', 'is', null)
        .orderBy('m.due_at')
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

const keepMail = (db: Db, { id, attempts }: Attempt) =>
  db
    .updateTable('notice_mails')
    .set({ lease_until: LEASE })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', 'in', ['queued', 'deferred', 'sending'])
    .execute();

async function beginMail(db: Db, { id, attempts }: Attempt): Promise<boolean> {
  const begun = await db
    .updateTable('notice_mails')
    .set({ state: 'sending', lease_until: LEASE })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', 'in', ['queued', 'deferred'])
    .where('lease_until', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return begun.numUpdatedRows === 1n;
}

const settled = (state: Exclude<DispatchState, 'withdrawn'>, words: string) => ({
  state,
  server_words: words,
  lease_until: null,
  settled_at: sql<Date>`now()`,
});

/** Keeps what an attempt came to, unless another attempt was made meanwhile. */
async function settleMail(db: Db, { id, attempts }: Attempt, outcome: Outcome): Promise<void> {
  const { state, words } = outcome;
  const wait = sql<Date>`now() + ${waitAfter(attempts)}::float8 * interval '1 millisecond'`;
  await db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('notice_mails')
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

const settleLost = (db: Db): Promise<{ id: number }[]> =>
  db
    .updateTable('notice_mails')
    .set(settled('delivered-unknown', LOST))
    .where('state', '=', 'sending')
    .where('lease_until', '<', sql<Date>`now()`)
    .returning('id')
    .execute();

export const NOTICE_QUEUE: MailQueue = {
  async take(db) {
    const taken = await takeMail(db);
    return (
      taken && {
        ...taken,
        name: { notice: taken.id },
        keep: () => keepMail(db, taken),
        begin: () => beginMail(db, taken),
        settle: (outcome) => settleMail(db, taken, outcome),
      }
    );
  },
  settleLost: async (db) => (await settleLost(db)).map(({ id: notice }) => ({ notice })),
};

/** For a process that is alone at its database: whoever held a lease before it is gone. */
export const endNoticeLeases = (db: Db) =>
  db
    .updateTable('notice_mails')
    .set({ lease_until: sql<Date>`now() - interval '1 second'` })
    .where('state', 'in', ['queued', 'deferred', 'sending'])
    .where('lease_until', 'is not', null)
    .execute();

/** A delivery report on a mail to one of our people. False: it is about none. */
export async function noticeBounced(
  trx: Trx,
  bounce: { messageId: string; words: string },
): Promise<boolean> {
  const row = await trx
    .updateTable('notice_mails')
    .set(settled('failed', bounce.words))
    .where('message_id', '=', bounce.messageId)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export type NewMail = {
  userId: number;
  accountId: number;
  messageId: string;
  from: string;
  to: string;
  subject: string;
  raw: Buffer;
};

export const queueMail = (trx: Trx, mail: NewMail) =>
  trx
    .insertInto('notice_mails')
    .values({
      user_id: mail.userId,
      account_id: mail.accountId,
      message_id: mail.messageId,
      envelope_sender: mail.from,
      envelope_recipients: [mail.to],
      subject: mail.subject,
      raw: mail.raw,
      lease_until: null,
      settled_at: null,
    })
    .execute();

/** The newest mails to a person, and what became of them. */
export const recentMails = (db: Db | Trx, userId: number, limit: number) =>
  db
    .selectFrom('notice_mails')
    .select(['id', 'subject', 'state', 'server_words', 'created_at', 'settled_at'])
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/** What was sent to people is kept for thirty days. */
export const forgetOldMails = (db: Db) =>
  db.deleteFrom('notice_mails').where('settled_at', '<', sql<Date>`now() - interval '30 days'`).execute();
