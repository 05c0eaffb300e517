import type { Trx } from '../database/open.ts';
import { SYSTEM } from '../web/access.ts';
import { cleanWords } from './outcome.ts';
import { lockDispatch, requestUndelivered, setDispatch } from './settle.ts';

/** A delivery report (RFC 3464) on a mail of ours. */
export type Bounce = {
  /** Of our mail, as the report has it. */
  originalMessageId: string;
  recipient: string;
  words: string;
  at: Date;
  status: 'failed' | 'delayed';
};

/**
 * Takes a bounce for the failure of the letter that it reports on: the mail did not arrive, and the incident needs
 * somebody. A delay changes nothing yet. Returns the mail it is about; null: it is none that we sent.
 */
export async function letterBounced(
  trx: Trx,
  bounce: Bounce,
): Promise<{ incident: number; messageId: number } | null> {
  const message = await trx
    .selectFrom('messages as m')
    .innerJoin('dispatches as d', 'd.message_id', 'm.id')
    .select('m.id')
    .where('m.message_id', '=', bounce.originalMessageId)
    .where('m.direction', '=', 'out')
    .orderBy('m.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!message) return null;
  const locked = await lockDispatch(trx, message.id);
  const found = { incident: locked.incident.number, messageId: message.id };
  const { state } = locked.dispatch;
  // Whoever reports on it has had it: also where we did not know that yet.
  const hasLeft = state === 'sent' || state === 'delivered-unknown' || state === 'sending';
  if (bounce.status !== 'failed' || !hasLeft) return found;
  const words = cleanWords(bounce.recipient ? `${bounce.recipient}: ${bounce.words}` : bounce.words);
  await setDispatch(trx, SYSTEM, locked, { state: 'failed', words, said: 'failed', at: bounce.at });
  await requestUndelivered(trx, locked, 'the mail came back undelivered', bounce.at);
  return found;
}
