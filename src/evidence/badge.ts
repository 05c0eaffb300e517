import type { Fact, Outcome } from './kind.ts';

const BADGES = {
  good: { is: 'good', icon: 'e-good', words: 'good' },
  bad: { is: 'bad', icon: 'e-bad', words: 'bad' },
  note: { is: '', icon: 'k-note', words: 'noted' },
  unknown: { is: '', icon: 'e-unknown', words: 'unknown' },
} as const;

/** Colour, mark and word of an outcome: it is never told by colour alone. */
export const badgeOf = (outcome: Outcome) => BADGES[outcome];

/** A row of what was found, as pages show it. */
export const factRow = ({ label, words, link = '', outcome }: Fact) => ({
  label,
  found: words,
  link,
  ...badgeOf(outcome),
});
