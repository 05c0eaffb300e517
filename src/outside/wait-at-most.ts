import { setTimeout } from 'node:timers/promises';

/** Waits for work that ends, and no longer than so: a server of others that is slow keeps no process from ending. */
export async function waitAtMost(longestMs: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  await Promise.race([work, setTimeout(longestMs, null, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
}
