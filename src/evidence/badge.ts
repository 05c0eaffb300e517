import type { Outcome } from './kind.ts';

const BADGES = {
  good: { is: 'good', icon: 'e-good', words: 'good' },
  bad: { is: 'bad', icon: 'e-bad', words: 'bad' },
  note: { is: '', icon: 'k-note', words: 'noted' },
  unknown: { is: '', icon: 'e-unknown', words: 'unknown' },
} as const;

/** Colour, mark and word of an outcome: it is never told by colour alone. */
export const badgeOf = (outcome: Outcome) => BADGES[outcome];
