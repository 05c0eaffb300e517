import { sql } from 'kysely';
import { note } from '../../audit/note.ts';
import type { Config } from '../../config.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { Role } from '../../database/tables.ts';
import { invalid, notFound } from '../../problem.ts';
import type { Secrets } from '../../secrets/secrets.ts';
import type { Actor } from '../../web/access.ts';
import { linkBase } from '../../web/links.ts';
import { calledSo, hashSecret, newSecret } from '../accounts.ts';
import { invitationMail } from '../mail-texts.ts';
import { queueAccountMail } from '../mails.ts';
import { addUser, findUserByEmail } from '../store.ts';

export const INVITATION_DAYS = 7;
const LASTS_MS = INVITATION_DAYS * 86_400_000;
const MOST_OPEN = 200;

type Desk = { config: Pick<Config, 'baseUrl' | 'host' | 'port'>; secrets: Secrets };
export type Invited = { email: string; name: string; role: Role };

/** A link that was made. `isMailed`: it is on its way; otherwise whoever invites hands it over. */
export type MadeLink = { email: string; link: string; isMailed: boolean };

const NOW = sql<Date>`now()`;

const isOpen = (db: Db | Trx) =>
  db.selectFrom('invitations').where('accepted_at', 'is', null).where('revoked_at', 'is', null);

/** Makes the one link of an invitation anew and mails it where mail can be sent. */
async function giveLink(trx: Trx, desk: Desk, by: Actor, id: number, whom: Invited): Promise<MadeLink> {
  const secret = newSecret();
  const link = `${linkBase(desk.config)}/invitation/${secret}`;
  const mail = invitationMail({ name: whom.name, by: by.name, link, days: INVITATION_DAYS });
  const mailId = await queueAccountMail(trx, desk, { to: whom.email, ...mail });
  await trx
    .updateTable('invitations')
    .set({
      token_hash: hashSecret(secret),
      sent_at: NOW,
      expires_at: new Date(Date.now() + LASTS_MS),
      mail_id: mailId,
    })
    .where('id', '=', id)
    .execute();
  return { email: whom.email, link, isMailed: mailId !== null };
}

/** Invites somebody. One whose invitation has expired is invited anew; an open one is sent again from the list. */
export async function invite(trx: Trx, desk: Desk, by: Actor, given: Invited): Promise<MadeLink> {
  const whom = { ...given, email: given.email.trim(), name: given.name.trim() };
  if (await findUserByEmail(trx, whom.email)) throw invalid('email', 'Somebody has this address already.');
  await trx
    .updateTable('invitations')
    .set({ revoked_at: NOW })
    .where(sql`lower(email)`, '=', whom.email.toLowerCase())
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '<', NOW)
    .execute();
  const open = await isOpen(trx)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  if (open.n >= MOST_OPEN)
    throw invalid('email', `There are ${MOST_OPEN} open invitations: take back some of them first.`);
  const row = await trx
    .insertInto('invitations')
    .values({
      ...whom,
      // Replaced by that of the link, below; nobody knows what this is the hash of.
      token_hash: hashSecret(newSecret()),
      invited_by: by.userId,
      expires_at: NOW,
      accepted_at: null,
      revoked_at: null,
      mail_id: null,
    })
    .onConflict((conflict) =>
      conflict
        .expression(sql`lower(email)`)
        .where('accepted_at', 'is', null)
        .where('revoked_at', 'is', null)
        .doNothing(),
    )
    .returning('id')
    .executeTakeFirstOrThrow(() =>
      invalid('email', 'This address has an open invitation: send that again instead.'),
    );
  await note(trx, by, 'person-invited', { subject: calledSo(whom), detail: { role: whom.role } });
  return giveLink(trx, desk, by, row.id, whom);
}

async function openInvitation(trx: Trx, id: number) {
  return isOpen(trx)
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such open invitation: it was taken, or taken back'));
}

/** A new link with a new end; the one before it stops working. */
export async function inviteAgain(trx: Trx, desk: Desk, by: Actor, id: number): Promise<MadeLink> {
  const row = await openInvitation(trx, id);
  await note(trx, by, 'invitation-sent-again', { subject: calledSo(row) });
  return giveLink(trx, desk, by, id, row);
}

export async function revokeInvitation(trx: Trx, by: Actor, id: number): Promise<void> {
  const row = await openInvitation(trx, id);
  await trx.updateTable('invitations').set({ revoked_at: NOW }).where('id', '=', id).execute();
  await note(trx, by, 'invitation-revoked', { subject: calledSo(row) });
}

/** Those that nobody took yet, the newest first, with what became of their mails. Never more than can be open. */
export const listInvitations = (db: Db) =>
  isOpen(db)
    .leftJoin('users', 'users.id', 'invitations.invited_by')
    .leftJoin('account_mails', 'account_mails.id', 'invitations.mail_id')
    .select([
      'invitations.id',
      'invitations.email',
      'invitations.name',
      'invitations.role',
      'invitations.sent_at',
      'invitations.expires_at',
      'users.name as invited_by_name',
      'account_mails.state as mail_state',
      'account_mails.server_words as mail_words',
    ])
    .orderBy('invitations.id', 'desc')
    .limit(MOST_OPEN)
    .execute();

/** The invitation of a link that still works; throws not-found. Looking at it uses nothing up. */
export async function getInvitation(db: Db, secret: string) {
  return isOpen(db)
    .select(['email', 'name', 'role'])
    .where('token_hash', '=', hashSecret(secret))
    .where('expires_at', '>', NOW)
    .executeTakeFirstOrThrow(gone);
}

/** Makes the account of whoever has the link: of two at once, one. Returns its id. */
export async function takeInvitation(
  trx: Trx,
  secret: string,
  person: { name: string; password: string; timeZone: string },
  from: string,
): Promise<number> {
  const row = await trx
    .updateTable('invitations')
    .set({ accepted_at: NOW })
    .where('token_hash', '=', hashSecret(secret))
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', NOW)
    .returning(['email', 'role'])
    .executeTakeFirstOrThrow(gone);
  const userId = await addUser(trx, { ...person, email: row.email, role: row.role });
  const by = { userId, tokenId: null, name: person.name, from };
  await note(trx, by, 'invitation-taken', {
    subject: calledSo({ name: person.name, email: row.email }),
    subjectUserId: userId,
    detail: { role: row.role },
  });
  return userId;
}

const gone = () => notFound('such invitation: it was used or taken back, or has expired. Ask for a new one');
