import type { Found } from '../../src/evidence/kind.ts';

/** What was found, in a form that a test can name: key → `good: words`. */
export const rowsOf = (found: Found) =>
  Object.fromEntries(found.facts.map((fact) => [fact.key, `${fact.outcome}: ${fact.words}`]));

/** Claim → what it came to. */
export const claimsOf = (found: Found) =>
  Object.fromEntries(found.claims.map((claim) => [claim.claim, claim.result]));

/** Where there is one: `spf-pass supports`. */
export const claimIn = (found: Found) => found.claims.map(({ claim, result }) => `${claim} ${result}`).join();
