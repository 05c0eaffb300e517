import type { Found, Outcome } from './kind.ts';

/** Colour and mark of an outcome; a note has the colour of the text. */
const SHOWN: Record<Outcome, { is: string; icon: string }> = {
  good: { is: 'good', icon: 'e-good' },
  bad: { is: 'bad', icon: 'e-bad' },
  note: { is: 'warn', icon: 'e-warn' },
  unknown: { is: 'unknown', icon: 'e-unknown' },
};

/** What was found, as a page shows it. */
export const shownFound = ({ outcome, summary, facts }: Found) => ({
  outcome,
  summary,
  ...SHOWN[outcome],
  facts: facts.map(({ label, words, outcome: of }) => ({ label, words, ...SHOWN[of] })),
});
