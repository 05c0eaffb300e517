import type { SendingAccountRow } from '../database/tables.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { MailToCompose } from './compose.ts';

/** What an account signs its mails with; null: it does not. Throws `CannotOpenSecret`. */
export const dkimOf = (secrets: Secrets, account: SendingAccountRow): MailToCompose['dkim'] =>
  account.dkim_key && {
    domain: account.dkim_domain,
    selector: account.dkim_selector,
    key: secrets.open('sending_accounts.dkim_key', account.dkim_key),
  };

/** The same, for mails that are better unsigned than not sent: null as well where the key cannot be opened. */
export function dkimIfOpen(secrets: Secrets, account: SendingAccountRow): MailToCompose['dkim'] {
  try {
    return dkimOf(secrets, account);
  } catch (error) {
    if (error instanceof CannotOpenSecret) return null;
    throw error;
  }
}
