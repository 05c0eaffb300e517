import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds; none is ever read off the wall clock, which may jump. */
export type Pace = {
  /** Between two looks at logs in which nothing was new. */
  look: number;
  /** A batch is what came in within this time … */
  gather: number;
  /** … or within this one, while an earlier batch is still waiting: an outage makes few batches. */
  gatherWhileAway: number;
  /** Between two batches: a desk that was away is not flooded when it comes back. */
  between: number;
  /** The first wait after a failure; it doubles up to the longest. */
  retry: number;
  longestRetry: number;
  /** While the token is refused. */
  tokenRefused: number;
  /** A log that was rotated away is let go after this time without a new line. */
  linger: number;
  /** What can be sent within this time is sent before the agent stops. */
  stop: number;
  /** Between two summaries. */
  summary: number;
};

export const PACE: Pace = {
  look: 1000,
  gather: 5000,
  gatherWhileAway: 300_000,
  between: 200,
  retry: 1000,
  longestRetry: 300_000,
  tokenRefused: 300_000,
  linger: 60_000,
  stop: 5000,
  summary: 60_000,
};

/** Up to twice that long, so that agents which failed together do not come back together. */
export const jittered = (milliseconds: number): number => milliseconds * (1 + Math.random());

/** Waits that long, or until the signal. */
export async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal: stop }).catch(() => undefined);
}
