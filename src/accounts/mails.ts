import type { Config } from '../config.ts';
import type { Db, Trx } from '../database/open.ts';
import { findDefaultAccount } from '../mail-out/accounts.ts';
import { deskMail } from '../mail-out/desk-mail.ts';
import { dkimIfOpen } from '../mail-out/dkim.ts';
import { checkAddress } from '../mail-out/mail-address.ts';
import { ownMails } from '../mail-out/own-mails.ts';
import type { MailQueue } from '../mail-out/queue.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import type { Secrets } from '../secrets/secrets.ts';

/** Mails that let somebody in: invitations and links for a new password. They wait sealed. */

const PURPOSE = 'account_mails.raw';
const QUEUE = ownMails('account_mails', (account) => ({ account }));

export const endAccountMailLeases = QUEUE.endLeases;
export const forgetOldAccountMails = QUEUE.forgetOld;

/** The queue, which opens a mail for whoever takes it. One that cannot be opened any more has failed. */
export const accountQueue = (secrets: Secrets): MailQueue => ({
  settleLost: QUEUE.settleLost,
  async take(db) {
    const mail = await QUEUE.take(db);
    if (!mail) return undefined;
    try {
      return { ...mail, raw: Buffer.from(secrets.open(PURPOSE, mail.raw), 'latin1') };
    } catch (error) {
      if (!(error instanceof CannotOpenSecret)) throw error;
      await mail.settle({ state: 'failed', words: error.message });
      return undefined;
    }
  },
});

export type MailDesk = { secrets: Secrets; config: Pick<Config, 'baseUrl'> };

/**
 * Why links cannot be mailed, in words; undefined: they can. Without BASE_URL nobody but the request says where this
 * server is, and a request is not believed (a foreign `Host` would lead the link elsewhere).
 */
export async function whyNoMail(
  db: Db | Trx,
  config: Pick<Config, 'baseUrl'>,
): Promise<'no-account' | 'no-base-url' | undefined> {
  if (config.baseUrl === undefined) return 'no-base-url';
  return (await findDefaultAccount(db)) ? undefined : 'no-account';
}

/** Puts a mail to one person into the queue, in the transaction of what it tells of. Null: it cannot be mailed. */
export async function queueAccountMail(
  trx: Trx,
  { secrets, config }: MailDesk,
  mail: { to: string; subject: string; text: string },
): Promise<number | null> {
  const account = await findDefaultAccount(trx);
  const checked = checkAddress(mail.to);
  if (config.baseUrl === undefined || !account || 'problem' in checked) return null;
  const { raw } = await deskMail(account, {
    ...mail,
    to: checked.address,
    at: new Date(),
    dkim: dkimIfOpen(secrets, account),
  });
  const { id } = await trx
    .insertInto('account_mails')
    .values({
      account_id: account.id,
      envelope_sender: account.from_address,
      envelope_recipients: [checked.address],
      raw: secrets.seal(PURPOSE, raw.toString('latin1')),
      lease_until: null,
      settled_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
