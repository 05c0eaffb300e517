import { badgeOf, factRow } from './badge.ts';
import type { Found } from './kind.ts';

/** What was found, as a page shows it. */
export const shownFound = ({ outcome, summary, facts }: Found) => ({
  summary,
  outcome,
  ...badgeOf(outcome),
  facts: facts.map(factRow),
});
