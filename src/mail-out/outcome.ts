import type { DispatchState } from '../database/tables.ts';

/** Pure: what an attempt to send amounts to, and when the next one is. */

/** Why an attempt did not end with the server's 250. */
export type Trouble = { words: string; replyCode: number | null; isContentBegun: boolean };
export type Outcome = {
  state: Extract<DispatchState, 'sent' | 'deferred' | 'failed' | 'delivered-unknown'>;
  words: string;
  /** Of several recipients: those that the server took the mail for … */
  taken?: string[];
  /** … those that it refused, … */
  refused?: string[];
  /** … and those that it put off, or of whom nobody knows: the mail is tried again for them alone. */
  left?: string[];
};

/** What a server said of a recipient that it did not take the mail for. */
export type Refused = { recipient: string; words: string; replyCode: number | null };

/** Whether a mail has left for nobody yet, and can be taken back. */
export const canWithdraw = (state: DispatchState, takenFor: string[]): boolean =>
  (state === 'queued' || state === 'deferred') && takenFor.length === 0;

const MAX_WORDS = 1000;

/** A server's words as they may be kept: one line, bounded, without what is secret. */
export function cleanWords(text: string, secrets: string[] = []): string {
  let words = text.slice(0, MAX_WORDS * 8);
  for (const secret of secrets) words = words.replaceAll(secret, '…');
  return words
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_WORDS);
}

/** Before anything was said of the message: our line, our password, their server. The letter itself was not refused. */
export const notBegun = (words: string): Outcome => ({ state: 'deferred', words });

/** RFC 5321 § 4.2.1: 4yz asks for another try, 5yz for none. Without a reply, what was begun may have arrived. */
export function outcomeOf({ words, replyCode, isContentBegun }: Trouble): Outcome {
  if (replyCode !== null && replyCode >= 500) return { state: 'failed', words };
  if (replyCode !== null && replyCode >= 400) return { state: 'deferred', words };
  return { state: isContentBegun ? 'delivered-unknown' : 'deferred', words };
}

/** What becomes of a mail whose recipients have each their own answer, where the server took it for any of them, or for none. */
export function outcomeFor(to: string[], answers: Refused[], words: string): Outcome {
  const names = (of: Refused[]) => of.map(({ recipient }) => recipient);
  const isPutOff = ({ replyCode }: Refused) => replyCode !== null && replyCode >= 400 && replyCode < 500;
  const left = names(answers.filter(isPutOff));
  const refused = names(answers.filter((one) => !isPutOff(one)));
  const taken = to.filter((one) => !left.includes(one) && !refused.includes(one));
  if (left.length > 0) return { state: 'deferred', words, taken, refused, left };
  return taken.length > 0 ? { state: 'sent', words, taken, refused } : { state: 'failed', words };
}

/**
 * What becomes of a mail that the server did not take. Recipients that it had refused for good before it came to the
 * message are not tried again with the others.
 */
export function outcomeOfTrouble(to: string[], trouble: Trouble & { refused: Refused[] }): Outcome {
  if (trouble.refused.length >= to.length) return outcomeFor(to, trouble.refused, trouble.words);
  const outcome = outcomeOf(trouble);
  const refused = trouble.refused.flatMap((one) => ((one.replyCode ?? 0) >= 500 ? one.recipient : []));
  return outcome.state === 'failed' || refused.length === 0
    ? outcome
    : { ...outcome, refused, left: to.filter((one) => !refused.includes(one)) };
}

const MINUTE = 60_000;
const LONGEST_WAIT = 4 * 60 * MINUTE;
export const GIVE_UP_AFTER_DAYS = 3;

/** How long to wait after so many attempts, in milliseconds: one minute, doubling up to four hours. */
export const waitAfter = (attempts: number): number =>
  Math.min(LONGEST_WAIT, MINUTE * 2 ** Math.min(Math.max(attempts, 1) - 1, 20));

/** A deferred letter that is too old for another attempt has failed. */
export const orGivenUp = (outcome: Outcome, since: Date, now: Date): Outcome =>
  outcome.state === 'deferred' && now.getTime() - since.getTime() > GIVE_UP_AFTER_DAYS * 24 * 60 * MINUTE
    ? { ...outcome, state: 'failed', words: `Given up after ${GIVE_UP_AFTER_DAYS} days. ${outcome.words}` }
    : outcome;
