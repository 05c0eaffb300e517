import type { StoredClaim } from './claims-view.ts';

/** A claim as the API serves it. What an older release kept of a sent letter lacks what it did not know. */
export function claimJson(claim: StoredClaim) {
  const { key, text, status, evidence, words, stated, basis = [], more = [], fails = [] } = claim;
  const sources = [...new Set(basis.map(({ source }) => source))];
  return {
    key,
    text,
    status,
    evidence,
    /** How the letter says it: in its language where it holds. */
    words,
    stated,
    source: sources.length > 0 ? sources.join('; ') : null,
    observedAt: claim.observedAt === null ? null : new Date(claim.observedAt).toISOString(),
    link: basis[0]?.link || null,
    /** Addresses for which it does not hold. */
    fails,
    basis,
    /** Ids of further snapshots that it rests on. */
    moreSnapshots: more,
  };
}
