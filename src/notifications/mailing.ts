import type { FastifyBaseLogger } from 'fastify';
import { sql } from 'kysely';
import type { Config } from '../config.ts';
import type { Db, Trx } from '../database/open.ts';
import type { SendingAccountRow } from '../database/tables.ts';
import { lookAgain } from '../look-again.ts';
import { findDefaultAccount } from '../mail-out/accounts.ts';
import { deskMail } from '../mail-out/desk-mail.ts';
import { dkimOf } from '../mail-out/dkim.ts';
import { checkAddress } from '../mail-out/mail-address.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { queueMail } from './mail-queue.ts';
import { type MailNotice, mailWords } from './mail-words.ts';
import { findRecipient, type Recipient } from './settings-store.ts';

type Desk = { db: Db; secrets: Secrets; config: Pick<Config, 'baseUrl'> };

const LOOK_EVERY_MS = 1000;
const AGAIN_AFTER_MS = 10 * 60_000;
const PEOPLE_AT_ONCE = 20;
const MOST_IN_A_MAIL = 200;
/** A person gets no more than one mail a minute: what happens meanwhile is in the next. */
const APART = sql`interval '1 minute'`;

/** People for whom something is to be mailed by now, and whose newest mail is old enough. */
const toMail = (db: Db, now: Date) =>
  db
    .selectFrom('notices as n')
    .select('n.user_id')
    .distinct()
    .where('n.mail_due_at', '<=', now)
    .where((eb) =>
      eb(
        eb.fn.coalesce(
          eb
            .selectFrom('notice_mails as m')
            .select('m.created_at')
            .whereRef('m.user_id', '=', 'n.user_id')
            .orderBy('m.id', 'desc')
            .limit(1),
          sql<Date>`'-infinity'::timestamptz`,
        ),
        '<=',
        sql<Date>`now() - ${APART}`,
      ),
    )
    .limit(PEOPLE_AT_ONCE)
    .execute();

/** Holds a person against other processes; false: one of them has them, or did what was to be done. */
async function holdPerson(trx: Trx, userId: number): Promise<boolean> {
  const held = await trx
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (!held) return false;
  const newest = await trx
    .selectFrom('notice_mails')
    .select(sql<boolean>`created_at > now() - ${APART}`.as('is_recent'))
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest?.is_recent !== true;
}

const dueNotices = (trx: Trx, userId: number, now: Date) =>
  trx
    .selectFrom('notices as n')
    .leftJoin('incidents as i', 'i.number', 'n.incident_number')
    .select(['n.id', 'n.topic', 'n.words', 'n.link', 'n.happened_at', 'n.read_at', 'i.number', 'i.title'])
    .where('n.user_id', '=', userId)
    .where('n.mail_due_at', '<=', now)
    .orderBy('n.id')
    .limit(MOST_IN_A_MAIL)
    .execute();

async function compose(
  { secrets, config }: Desk,
  account: SendingAccountRow,
  person: Recipient,
  to: string,
  notices: MailNotice[],
  now: Date,
) {
  const origin = config.baseUrl ?? '';
  const words = mailWords(notices, { zone: person.settings.times.zone, origin, now });
  const mail = await deskMail(account, {
    ...words,
    to,
    at: now,
    headers: origin ? { 'List-Unsubscribe': `<${origin}/settings/notifications>` } : {},
    dkim: dkimOf(secrets, account),
  });
  return { ...mail, subject: words.subject };
}

/**
 * Puts what a person is to be mailed into one mail, in one transaction with its place in the queue: each thing is in one
 * mail. What they read meanwhile is not mailed, nor is anything where no account is there to send it by.
 */
async function mailPerson(desk: Desk, userId: number, now: Date): Promise<boolean> {
  return desk.db.transaction().execute(async (trx) => {
    if (!(await holdPerson(trx, userId))) return false;
    const due = await dueNotices(trx, userId, now);
    if (due.length === 0) return false;
    const ids = due.map(({ id }) => id);
    await trx.updateTable('notices').set({ mail_due_at: null }).where('id', 'in', ids).execute();
    const person = await findRecipient(trx, userId);
    const account = await findDefaultAccount(trx);
    const checked = checkAddress(person?.email ?? '');
    const notices = due.flatMap((row): MailNotice[] =>
      row.read_at === null
        ? [
            {
              id: row.id,
              topic: row.topic,
              words: row.words,
              link: row.link,
              happenedAt: row.happened_at,
              incident: row.number === null ? null : { number: row.number, title: row.title ?? '' },
            },
          ]
        : [],
    );
    if (!person?.settings.takesMail || !account || 'problem' in checked || notices.length === 0) return false;
    const mail = await compose(desk, account, person, checked.address, notices, now);
    await queueMail(trx, {
      userId,
      accountId: account.id,
      from: account.from_address,
      to: checked.address,
      ...mail,
    });
    return true;
  });
}

const putOff = (db: Db, userId: number, now: Date) =>
  db
    .updateTable('notices')
    .set({ mail_due_at: new Date(now.getTime() + AGAIN_AFTER_MS) })
    .where('user_id', '=', userId)
    .where('mail_due_at', '<=', now)
    .execute();

/** Mails what is due to whoever it is due to. Any number of processes may do so at a time. Returns how many mails. */
export async function mailDue(
  desk: Desk,
  now: Date,
  failed: (error: unknown) => void = () => {},
): Promise<number> {
  let mails = 0;
  for (const { user_id: userId } of await toMail(desk.db, now))
    try {
      if (await mailPerson(desk, userId, now)) mails += 1;
    } catch (error) {
      // Such as a key that cannot be opened: it holds up nobody else.
      failed(error);
      await putOff(desk.db, userId, now);
    }
  return mails;
}

/** The same each second. Returns the stop. */
export const startMailing = (desk: Desk, logger: FastifyBaseLogger) =>
  lookAgain(
    'notices',
    LOOK_EVERY_MS,
    async () => {
      const mails = await mailDue(desk, new Date(), (error) => logger.warn({ err: error }, 'notices'));
      if (mails > 0) logger.info({ mails }, 'notices mailed');
    },
    logger,
  );
