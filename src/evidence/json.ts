import { orNull, Type } from '../json-schema.ts';
import type { Snapshot } from './snapshots.ts';

const Words = orNull(Type.String());
const Time = Type.String({ format: 'date-time' });

/** Facts and claims are those of the kind of evidence (`kind.ts`). */
export const SnapshotJson = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  address: Words,
  domain: Words,
  outcome: Type.String(),
  summary: Type.String(),
  facts: Type.Unknown(),
  claims: Type.Unknown(),
  firstSeenAt: Time,
  lastSeenAt: Time,
});

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
