import type { Row } from '../found.ts';

/** How many blocks lasted, for how long in all, and how many of them still do. */
export type Blocked = { key: string; n: number; seconds: number; still: number };

export const blockedRow = ({ key, n, seconds, still }: Blocked): Row => ({
  key,
  n,
  values: { incidents: n, still, blocked: seconds * 1000, each: n === 0 ? null : (seconds * 1000) / n },
});
