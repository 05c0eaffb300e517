import type { Outcome } from '../kind.ts';
import { isTooOld, placeOfKind } from './places.ts';

/** What was read by hand says nothing of today once it is too old, neither good nor bad; other kinds are looked at again by themselves. */
export function aged<One extends { kind: string; outcome: Outcome; summary: string; last_seen_at: Date }>(
  one: One,
  now: Date,
): One {
  const place = placeOfKind(one.kind);
  return place && isTooOld(place, one.last_seen_at, now)
    ? { ...one, outcome: 'unknown', summary: `${one.summary}, read too long ago to count` }
    : one;
}
