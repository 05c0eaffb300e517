import { sql } from 'kysely';
import { note } from '../../audit/note.ts';
import type { Db, Trx } from '../../database/open.ts';
import { notFound, Problem } from '../../problem.ts';
import { SYSTEM } from '../../web/access.ts';
import { hashSecret, newSecret } from '../accounts.ts';
import { type Teller, tellOfSafety } from '../alerts/tell.ts';
import type { Client } from '../alerts/words.ts';
import { noPasswordMail, resetMail } from '../mail-texts.ts';
import { type MailDesk, queueAccountMail } from '../mails.ts';
import { endSessions } from '../sessions/store.ts';
import { changePassword } from '../store.ts';

export const RESET_MINUTES = 60;
const WINDOW = sql<Date>`now() - interval '1 hour'`;
/** Mails to one account within an hour; a client that asks for more is told so, an account is not. */
export const MAILS_PER_ACCOUNT = 3;
export const REQUESTS_PER_CLIENT = 10;
const KEPT = sql<Date>`now() - interval '1 day'`;
const NOW = sql<Date>`now()`;

/**
 * Keeps that somebody asked. Nothing else is done while they wait, so that neither answer nor time tells whether the
 * address is known. Throws `too-many-tries` by the client alone.
 */
export async function askForReset(db: Db, email: string, client: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { n } = await trx
      .selectFrom('reset_requests')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('client_address', '=', client)
      .where('at', '>', WINDOW)
      .executeTakeFirstOrThrow();
    if (n >= REQUESTS_PER_CLIENT)
      throw new Problem(
        'too-many-tries',
        'Too many requests from your address. Wait an hour, then try again.',
      );
    await trx
      .insertInto('reset_requests')
      .values({ email: email.trim().toLowerCase(), client_address: client, taken_at: null })
      .execute();
  });
}

/** Whose link it is; undefined: none that works. Looking uses nothing up. */
export const findReset = (db: Db, secret: string) =>
  db
    .selectFrom('password_resets as r')
    .innerJoin('users as u', 'u.id', 'r.user_id')
    .select(['u.email', 'u.name'])
    .where('r.token_hash', '=', hashSecret(secret))
    .where('r.expires_at', '>', NOW)
    .where('u.disabled_at', 'is', null)
    .executeTakeFirst();

export const gone = () => notFound('such link: it was used, or is older than an hour. Ask for a new one');

/**
 * Sets the password by a link, which works once, ends every session and tells the person. Other links of theirs stop as
 * well.
 */
export async function resetPassword(
  trx: Trx,
  teller: Teller,
  given: { secret: string; password: string; client: NonNullable<Client> },
): Promise<void> {
  const { secret, password, client } = given;
  const used = await trx
    .deleteFrom('password_resets')
    .where('token_hash', '=', hashSecret(secret))
    .where('expires_at', '>', NOW)
    .returning('user_id')
    .executeTakeFirstOrThrow(gone);
  const user = await trx
    .selectFrom('users')
    .select(['id', 'name', 'email', 'disabled_at'])
    .where('id', '=', used.user_id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (user.disabled_at) throw gone();
  await trx.deleteFrom('password_resets').where('user_id', '=', user.id).execute();
  await changePassword(trx, user.id, password);
  await endSessions(trx, user.id);
  await trx.deleteFrom('sign_in_failures').where('email', '=', user.email.toLowerCase()).execute();
  const by = { userId: user.id, tokenId: null, name: user.name, from: client.address };
  await note(trx, by, 'password-reset', { subject: user.email, subjectUserId: user.id });
  await tellOfSafety(trx, teller, user.id, { kind: 'password-changed' }, client);
}

/** Does one thing that was asked for, if nobody else does. False: nothing waits. */
async function takeOne(desk: MailDesk & { db: Db }): Promise<boolean> {
  return desk.db.transaction().execute(async (trx) => {
    const asked = await trx
      .selectFrom('reset_requests')
      .select(['id', 'email', 'client_address'])
      .where('taken_at', 'is', null)
      .orderBy('id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!asked) return false;
    await trx.updateTable('reset_requests').set({ taken_at: NOW }).where('id', '=', asked.id).execute();
    await answer(trx, desk, asked.email);
    return true;
  });
}

async function answer(trx: Trx, desk: MailDesk, email: string): Promise<void> {
  const user = await trx
    .selectFrom('users')
    .select(['id', 'name', 'email', 'has_password'])
    .where(sql`lower(email)`, '=', email)
    .where('disabled_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!user || (await isMailedEnough(trx, email))) return;
  if (!user.has_password) return void (await sayHowToSignIn(trx, desk, user));
  const secret = newSecret();
  const link = `${desk.config.baseUrl}/new-password/${secret}`;
  const mail = resetMail({ name: user.name, link, minutes: RESET_MINUTES });
  if ((await queueAccountMail(trx, desk, { to: user.email, ...mail })) === null) return;
  await trx
    .insertInto('password_resets')
    .values({
      token_hash: hashSecret(secret),
      user_id: user.id,
      expires_at: new Date(Date.now() + RESET_MINUTES * 60_000),
    })
    .execute();
  await note(trx, SYSTEM, 'reset-link-sent', { subject: user.email, subjectUserId: user.id });
}

/** Whether the account had its mails for this hour: those asked for before this one, which is counted among them. */
async function isMailedEnough(trx: Trx, email: string): Promise<boolean> {
  const { n } = await trx
    .selectFrom('reset_requests')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('email', '=', email)
    .where('at', '>', WINDOW)
    .where('taken_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return n > MAILS_PER_ACCOUNT;
}

async function sayHowToSignIn(
  trx: Trx,
  desk: MailDesk,
  user: { name: string; email: string },
): Promise<void> {
  const provider = await trx.selectFrom('oidc_providers').select('name').executeTakeFirst();
  const mail = noPasswordMail({ name: user.name, provider: provider?.name ?? 'your provider' });
  await queueAccountMail(trx, desk, { to: user.email, ...mail });
}

/** Does all that was asked for. Any number of processes may do so at a time. Returns how much that was. */
export async function answerResets(desk: MailDesk & { db: Db }): Promise<number> {
  let answered = 0;
  while (await takeOne(desk)) answered += 1;
  return answered;
}

export async function forgetOldResets(db: Db): Promise<void> {
  await db.deleteFrom('reset_requests').where('at', '<', KEPT).execute();
  await db.deleteFrom('password_resets').where('expires_at', '<', NOW).execute();
}
