import { type Clock, readStamp } from '../bounces/stamps.ts';

const DAY = 86_400_000;
/** A clock may be that much ahead of ours. */
const AHEAD = 60_000;

/** The day in the name of a log that has a file for each: `2026.01.09-delivery.log`. */
const DAY_IN_NAME = /(?:^|[\\/])(\d{4}\.\d\d\.\d\d)-[^\\/]{1,80}$/;

export const dayInName = (file: string): string | null => DAY_IN_NAME.exec(file)?.[1] ?? null;

const written = (at: number): string => new Date(at).toISOString().slice(0, 10).replaceAll('-', '.');

/** The day before one that is written as there; null when that is no day. */
export function dayBefore(day: string): string | null {
  const at = Date.parse(`${day.replaceAll('.', '-')}T00:00:00Z`);
  return Number.isNaN(at) ? null : written(at - DAY);
}

/**
 * When it was `HH:MM:SS`, as RFC 3339: on the day that the log's name has; without one, the last time that it was
 * so late by the clock. Null when that is no time.
 */
export function timeOfDay(time: string, day: string | null, clock: Clock): string | null {
  const on = (one: string): string | null => readStamp(`[${one}] ${time}`, clock)?.at ?? null;
  if (day !== null) return on(day);
  const now = clock.now.getTime();
  for (const days of [1, 0, -1, -2]) {
    const at = on(written(now + days * DAY));
    if (at !== null && Date.parse(at) <= now + AHEAD) return at;
  }
  return null;
}
