import type { Snapshot } from './snapshots.ts';

/** A snapshot as the API serves it. */
export const snapshotJson = (one: Snapshot) => ({
  id: one.id,
  kind: one.kind,
  address: one.address,
  domain: one.domain,
  outcome: one.outcome,
  summary: one.summary,
  facts: one.facts,
  claims: one.claims,
  firstSeenAt: one.first_seen_at.toISOString(),
  lastSeenAt: one.last_seen_at.toISOString(),
});
