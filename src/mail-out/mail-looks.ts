import type { DispatchState } from '../database/tables.ts';

export type MailLook = { words: string; is: '' | 'good' | 'warn' | 'bad'; icon: string };

/** What became of a mail of ours, in the same words for a letter, a notice and a report. */
export const MAIL_LOOKS: Record<DispatchState, MailLook> = {
  queued: { words: 'waits to be sent', is: '', icon: 's-awaiting-provider' },
  sending: { words: 'is being sent', is: '', icon: 's-awaiting-provider' },
  sent: { words: 'sent', is: 'good', icon: 'e-good' },
  deferred: { words: 'deferred, tried again', is: 'warn', icon: 'e-warn' },
  failed: { words: 'not delivered', is: 'bad', icon: 'e-bad' },
  'delivered-unknown': { words: 'uncertain', is: 'bad', icon: 'e-bad' },
  withdrawn: { words: 'withdrawn', is: '', icon: 'k-note' },
};
