import { note } from '../../audit/note.ts';
import type { Config } from '../../config.ts';
import type { Trx } from '../../database/open.ts';
import { findDefaultAccount } from '../../mail-out/accounts.ts';
import { deskMail } from '../../mail-out/desk-mail.ts';
import { dkimIfOpen } from '../../mail-out/dkim.ts';
import { checkAddress } from '../../mail-out/mail-address.ts';
import { queueMail } from '../../notifications/mail-queue.ts';
import type { Secrets } from '../../secrets/secrets.ts';
import { calledSo } from '../accounts.ts';
import { type Client, type SafetyEvent, safetyMail } from './words.ts';

export type Teller = { secrets: Secrets; config: Pick<Config, 'baseUrl'> };

/** The same for the audit log, where no other entry tells of it. */
async function noteFactor(trx: Trx, userId: number, event: SafetyEvent, client: Client): Promise<void> {
  if (event.kind === 'new-client' || event.kind === 'password-changed') return;
  const person = await trx
    .selectFrom('users')
    .select(['name', 'email'])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  const by =
    event.kind === 'factors-removed'
      ? event.by
      : { userId, tokenId: null, name: person.name, ...(client ? { from: client.address } : {}) };
  await note(trx, by, 'second-factor-changed', {
    subject: calledSo(person),
    subjectUserId: userId,
    detail: { what: event.kind },
  });
}

/**
 * Mails a person what happened to their account, in the transaction in which it did. Nothing goes out where no account
 * is set up to send by. They cannot switch these off, but those about new sign-ins.
 */
export async function tellOfSafety(
  trx: Trx,
  { secrets, config }: Teller,
  userId: number,
  event: SafetyEvent,
  client: Client,
): Promise<void> {
  await noteFactor(trx, userId, event, client);
  const account = await findDefaultAccount(trx);
  if (!account) return;
  const person = await trx
    .selectFrom('users')
    .select(['email', 'time_zone', 'takes_sign_in_alerts'])
    .where('id', '=', userId)
    .executeTakeFirst();
  const checked = checkAddress(person?.email ?? '');
  if (!person || 'problem' in checked) return;
  if (event.kind === 'new-client' && !person.takes_sign_in_alerts) return;
  const at = new Date();
  const mail = safetyMail(event, { client, at, zone: person.time_zone, origin: config.baseUrl ?? '' });
  const { messageId, raw } = await deskMail(account, {
    ...mail,
    to: checked.address,
    at,
    dkim: dkimIfOpen(secrets, account),
  });
  await queueMail(trx, {
    userId,
    accountId: account.id,
    from: account.from_address,
    to: checked.address,
    subject: mail.subject,
    messageId,
    raw,
  });
}
