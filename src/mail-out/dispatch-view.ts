import type { DispatchState } from '../database/tables.ts';
import { MAIL_LOOKS } from './mail-looks.ts';
import { canWithdraw } from './outcome.ts';
import type { ShownDispatch } from './shown.ts';

/** Pure: a mail of ours in words, and what can be done about it. */

/** One sentence on where it stands, before the server's own words. */
const SENTENCES: Record<DispatchState, string> = {
  queued: 'It can still be taken back.',
  sending: 'The server is being given the mail.',
  sent: 'The server took it.',
  deferred: 'The server did not take it yet. It is tried again by itself.',
  failed: 'It did not reach them.',
  'delivered-unknown':
    'The line broke while the server was being given the mail. It may have arrived, or not: look in the mailbox of the sender or ask the server’s log, then say what holds.',
  withdrawn: 'It was taken back before it left. The letter is a draft again.',
};

export const dispatchView = (one: ShownDispatch, number: number) => {
  const isPartly = one.takenFor.length > 0 && (one.state === 'queued' || one.state === 'deferred');
  return {
    ...MAIL_LOOKS[one.state],
    id: one.messageId,
    state: one.state,
    subject: one.subject,
    sentence:
      one.isAccountOff && (one.state === 'queued' || one.state === 'deferred')
        ? `The account ${one.account} is switched off: the mail waits until it is switched on.`
        : isPartly
          ? `The server took it for ${one.takenFor.join(', ')}. For the others it is tried again by itself.`
          : SENTENCES[one.state],
    said: one.words,
    to: one.to.join(', '),
    account: one.account,
    nextAt: one.state === 'queued' || one.state === 'deferred' ? one.dueAt : null,
    attempts: one.attempts,
    settledAt: one.settledAt,
    by: one.settledBy ?? '',
    href: `/incidents/${number}/messages/${one.messageId}`,
    canUndo: canWithdraw(one.state, one.takenFor),
    canTryNow: one.state === 'deferred',
    mustDecide: one.state === 'delivered-unknown',
    canSendAgain: one.state === 'failed',
  };
};

export type DispatchView = ReturnType<typeof dispatchView>;
