import type { Db, Trx } from '../database/open.ts';
import { ownMails, settled } from '../mail-out/own-mails.ts';

/** Mails to people about what happened. */
export const NOTICE_QUEUE = ownMails('notice_mails', (notice) => ({ notice }));

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

type NewMail = {
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
