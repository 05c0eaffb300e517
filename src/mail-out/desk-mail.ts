import type { SendingAccountRow } from '../database/tables.ts';
import { composeMail, type MailToCompose, newMessageId } from './compose.ts';

type DeskMail = Pick<MailToCompose, 'subject' | 'text' | 'html' | 'headers' | 'at' | 'dkim'> & { to: string };

/** Composes a mail from the desk itself to one of our people. */
export async function deskMail(
  account: SendingAccountRow,
  { to, headers, ...mail }: DeskMail,
): Promise<{ messageId: string; raw: Buffer }> {
  const messageId = newMessageId(account.from_address, 'notice');
  const raw = await composeMail({
    ...mail,
    from: { name: 'Delist Desk', address: account.from_address },
    to: [to],
    replyTo: '',
    messageId,
    references: [],
    attachments: [],
    // RFC 3834: no program answers it.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', ...headers },
  });
  return { messageId, raw };
}
