import { sql } from 'kysely';
import { readMail } from '../correspondence/mail.ts';
import type { Trx } from '../database/open.ts';
import type { SendingAccountRow } from '../database/tables.ts';
import { getIncident, lockIncident } from '../incidents/store.ts';
import { getLetter } from '../letters/letter-rows.ts';
import { isInTicket, isToDesk } from '../letters/rounds.ts';
import { type ReadyLetter, sendLetter } from '../letters/sending.ts';
import type { DraftedFrom } from '../letters/templates.ts';
import { invalid } from '../problem.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { Actor } from '../web/access.ts';
import { accountToSendBy } from './accounts.ts';
import { composeMail, newMessageId } from './compose.ts';
import { dkimOf } from './dkim.ts';
import { checkAddress, checkAddresses, whyNotHeader } from './mail-address.ts';
import { makeReplyTag } from './reply-tag.ts';
import { replyTagSecret } from './tag-secret.ts';
import { threadOf } from './thread.ts';
import { changeOf } from './withdraw.ts';

export type Attachment = { fileName: string; content: Buffer };
export const MAX_ATTACHED_BYTES = 10 * 1024 * 1024;
export const MAX_ATTACHMENTS = 5;

export type Mailing = {
  /** An account's id or name; left out: the default one. */
  account?: number | string | undefined;
  /** Bare addresses, as a person confirmed them. */
  to: string;
  reference?: string | undefined;
  attachments?: Attachment[];
  fillGaps?: boolean;
};

function checkAttachments(attachments: Attachment[]): void {
  if (attachments.length > MAX_ATTACHMENTS)
    throw invalid('file', `A letter takes at most ${MAX_ATTACHMENTS} files.`);
  const bytes = attachments.reduce((sum, one) => sum + one.content.length, 0);
  if (bytes > MAX_ATTACHED_BYTES) throw invalid('file', 'The files are larger than 10 MB together.');
  for (const { fileName } of attachments)
    if (fileName.length > 200 || whyNotHeader(fileName))
      throw invalid('file', 'A file’s name must be one line of at most 200 characters.');
}

/** The subject with the ticket's reference, by which a desk finds its case again. */
const subjectOf = ({ subject, ticket, round }: ReadyLetter): string =>
  ticket && isInTicket(round) && !subject.toLowerCase().includes(ticket.reference.toLowerCase())
    ? `${ticket.reference}: ${subject}`
    : subject;

/** Where answers go: tagged, they say which incident they belong to. Empty: to where the letter is from. */
async function replyToOf(trx: Trx, account: SendingAccountRow, incident: number): Promise<string> {
  const { reply_address: address, from_address: from } = account;
  if (!account.tags_replies || !address) return address.toLowerCase() === from.toLowerCase() ? '' : address;
  const tagged = makeReplyTag(await replyTagSecret(trx), address, incident);
  return 'address' in checkAddress(tagged) ? tagged : address;
}

/** The header fields that a person's words go into must be one line each. */
function headerText(field: string, text: string): string {
  const refusal = whyNotHeader(text);
  if (refusal) throw invalid(field, refusal);
  return text;
}

async function compose(
  trx: Trx,
  secrets: Secrets,
  account: SendingAccountRow,
  letter: ReadyLetter,
  { to, attachments, isToProvider }: { to: string[]; attachments: Attachment[]; isToProvider: boolean },
) {
  const references = isToProvider
    ? await threadOf(trx, letter.incident, {
        ticketId: letter.ticket?.id ?? null,
        answers: isInTicket(letter.round),
      })
    : [];
  const messageId = newMessageId(account.from_address);
  const raw = await composeMail({
    from: {
      name: headerText('account', account.from_name || letter.profile.contactName || letter.profile.name),
      address: account.from_address,
    },
    to,
    replyTo: await replyToOf(trx, account, letter.incident),
    subject: headerText('subject', subjectOf(letter)),
    text: letter.body,
    at: letter.at,
    messageId,
    references,
    attachments,
    dkim: dkimOf(secrets, account),
  });
  const read = await readMail(raw);
  return {
    raw,
    messageId,
    from: account.from_address,
    to: to.join(', '),
    subject: read.subject,
    attachments: read.attachments,
  };
}

/**
 * Sends a letter by mail: marks it as sent, keeps the mail as it will go out, and queues it, all in the given
 * transaction. It leaves when the time to undo is over. Returns the message's id and that time in seconds.
 */
export async function mailLetter(
  trx: Trx,
  actor: Actor,
  secrets: Secrets,
  id: number,
  of: DraftedFrom,
  mailing: Mailing,
): Promise<{ messageId: number; undoSeconds: number }> {
  const { attachments = [] } = mailing;
  checkAttachments(attachments);
  const checked = checkAddresses(mailing.to);
  if ('problem' in checked) throw invalid('mailTo', checked.problem);
  const to = checked.addresses;
  const account = await accountToSendBy(trx, mailing.account);
  const before = await lockIncident(trx, (await getLetter(trx, id)).incident_number);
  const messageId = await sendLetter(trx, actor, id, of, {
    channel: 'email',
    reference: mailing.reference,
    fillGaps: mailing.fillGaps ?? false,
    compose: (letter) =>
      compose(trx, secrets, account, letter, {
        to,
        attachments,
        isToProvider: isToDesk(of.template.round),
      }),
  });
  await trx
    .insertInto('dispatches')
    .values({
      message_id: messageId,
      account_id: account.id,
      envelope_sender: account.from_address,
      envelope_recipients: to,
      // By the clock that the queue goes by: that of a process may be wrong.
      due_at: sql<Date>`now() + make_interval(secs => ${account.undo_seconds})`,
      before: changeOf(before, await getIncident(trx, before.number)),
      lease_until: null,
      last_attempt_at: null,
      settled_at: null,
      settled_by_name: null,
    })
    .execute();
  return { messageId, undoSeconds: account.undo_seconds };
}
