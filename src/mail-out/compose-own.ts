import type { SendingAccountRow } from '../database/tables.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { composeMail, dkimOf, type MailToCompose, newMessageId } from './compose.ts';

/** What the desk itself writes to one person. */
export type OwnMail = Pick<MailToCompose, 'subject' | 'text' | 'html' | 'headers'> & {
  to: string;
  /** Left out: it is from Delist Desk, and nobody is answered. */
  from?: string;
  replyTo?: string;
  attachments?: MailToCompose['attachments'];
  /** Sent also where the key that signs cannot be opened: an unsigned warning is better than none. */
  isUrgent?: boolean;
};

/** RFC 3834: no program answers it. */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

function keyFor(account: SendingAccountRow, secrets: Secrets, isUrgent: boolean) {
  try {
    return dkimOf(account, secrets);
  } catch (error) {
    if (isUrgent && error instanceof CannotOpenSecret) return null;
    throw error;
  }
}

/**
 * Composes a mail of the desk's own. What answers it or comes back is known by its Message-ID, and told to nobody: it
 * could go round for ever.
 */
export async function composeOwnMail(
  account: SendingAccountRow,
  secrets: Secrets,
  mail: OwnMail,
  at: Date,
): Promise<{ messageId: string; raw: Buffer }> {
  const { to, from = 'Delist Desk', isUrgent = false, ...said } = mail;
  const messageId = newMessageId(account.from_address, 'notice');
  const raw = await composeMail({
    replyTo: '',
    attachments: [],
    ...said,
    from: { name: from, address: account.from_address },
    to: [to],
    headers: { ...AUTOMATIC, ...mail.headers },
    at,
    messageId,
    references: [],
    dkim: keyFor(account, secrets, isUrgent),
  });
  return { messageId, raw };
}
