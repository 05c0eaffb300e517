import type { SendingAccountRow } from '../database/tables.ts';
import { composeMail, type MailToCompose, newMessageId } from './compose.ts';

type DeskMail = Pick<MailToCompose, 'subject' | 'text' | 'html' | 'headers' | 'at' | 'dkim'> & {
  to: string;
  /** Left out: it is from Delist Desk. */
  from?: string;
} & Partial<Pick<MailToCompose, 'replyTo' | 'attachments'>>;

/**
 * Composes a mail from the desk itself to one person. What answers it or comes back is known by its Message-ID, and
 * told to nobody: it could go round for ever.
 */
export async function deskMail(
  account: SendingAccountRow,
  { to, from = 'Delist Desk', headers, ...mail }: DeskMail,
): Promise<{ messageId: string; raw: Buffer }> {
  const messageId = newMessageId(account.from_address, 'notice');
  const raw = await composeMail({
    replyTo: '',
    attachments: [],
    ...mail,
    from: { name: from, address: account.from_address },
    to: [to],
    messageId,
    references: [],
    // RFC 3834: no program answers it.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', ...headers },
  });
  return { messageId, raw };
}
