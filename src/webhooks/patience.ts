const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** From its first attempt on an event is tried for so long, and a target may fail. */
export const LONGEST_MS = 72 * HOUR;
/** What a receiver may ask us to wait; who says more is asked again after it. */
const LONGEST_ASKED_MS = 24 * HOUR;

/** Pauses after the first, second … attempt; the last one holds for all that follow. */
const PAUSES_MS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
];
/** So that what is waiting for a target that comes back is not kept for long. */
const LONGEST_REST_MS = 15 * MINUTE;
const JITTER = 0.2;

/** Milliseconds until an event is tried again. `random`: from 0 to below 1. */
export function pauseAfter(attempts: number, random: number): number {
  const pause = PAUSES_MS[Math.min(attempts, PAUSES_MS.length) - 1] ?? PAUSES_MS[0] ?? SECOND;
  return Math.round(pause * (1 - JITTER + 2 * JITTER * random));
}

/** Milliseconds for which a target that failed so many times in a row is left alone. */
export const restAfter = (failures: number, random: number): number =>
  Math.min(LONGEST_REST_MS, pauseAfter(failures, random));

/** What `Retry-After` asks for (RFC 9110 § 10.2.3), in milliseconds, within bounds; undefined: nothing that can be read. */
export function retryAfterMs(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const ms = /^\d{1,9}$/.test(text)
    ? Number(text) * SECOND
    : /^[A-Za-z]{3,9},? /.test(text)
      ? Date.parse(text) - now.getTime()
      : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, SECOND), LONGEST_ASKED_MS);
}
