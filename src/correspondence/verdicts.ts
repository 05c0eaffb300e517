import type { Verdict } from '../providers/schema.ts';

/** An answer that counts. */
export type Answer = { at: Date; verdict: Verdict };

/** What a receipt amounts to, or a mail that says nothing: neither is an answer. */
export const NO_ANSWERS: readonly Verdict[] = ['acknowledged', 'other'];
export const isAnswer = (verdict: Verdict) => !NO_ANSWERS.includes(verdict);
