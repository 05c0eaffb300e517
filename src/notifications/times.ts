import { clock, fromLocalInput, isoDay } from '../web/format.ts';
import type { Way } from './rules.ts';

/** Pure: when mail about something leaves. */

/** Minutes of the day, by the clock of the person's zone; over midnight where they end before they begin. */
export type Quiet = { from: number; until: number };
export type Times = {
  zone: string;
  cadence: 'hourly' | 'daily';
  /** Of the day, by the clock of the person's zone, for a daily digest. */
  digestHour: number;
  quiet: Quiet | null;
  /** What is critical does not wait for the end of quiet hours. */
  criticalBreaksThrough: boolean;
};

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 4 * QUARTER_MS;
const DAY_MS = 24 * HOUR_MS;

function minuteOf(at: Date, zone: string): number {
  const [hours = 0, minutes = 0] = clock(at, zone).split(':').map(Number);
  return hours * 60 + minutes;
}

export function isQuiet(at: Date, quiet: Quiet | null, zone: string): boolean {
  if (quiet === null) return false;
  const { from, until } = quiet;
  const minute = minuteOf(at, zone);
  return from < until ? from <= minute && minute < until : from <= minute || minute < until;
}

/** The first quarter of an hour from then on of which something holds; every offset in use is a multiple of one. */
function firstQuarter(from: Date, withinMs: number, holds: (at: Date) => boolean): Date {
  const first = Math.ceil(from.getTime() / QUARTER_MS) * QUARTER_MS;
  for (let at = first; at <= first + withinMs; at += QUARTER_MS) if (holds(new Date(at))) return new Date(at);
  return new Date(first + withinMs);
}

/** When it is quiet no longer: at once, or when the clock says so. */
const afterQuiet = (at: Date, { quiet, zone }: Times): Date =>
  isQuiet(at, quiet, zone) ? firstQuarter(at, 26 * HOUR_MS, (one) => !isQuiet(one, quiet, zone)) : at;

/** By the calendar: a day on which clocks change is no 24 hours. */
const dayAfter = (day: string) => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);

/** The next digest after a moment. Where clocks skip its hour it comes when they have, where they repeat it, at first. */
export function nextDigest(at: Date, { cadence, digestHour, zone }: Times): Date {
  const next = new Date(at.getTime() + 1);
  if (cadence === 'hourly') return firstQuarter(next, 2 * HOUR_MS, (one) => minuteOf(one, zone) % 60 === 0);
  const time = `${String(digestHour).padStart(2, '0')}:00`;
  let day = isoDay(at, zone);
  for (let days = 0; days <= 3; days++, day = dayAfter(day)) {
    const moment = fromLocalInput(`${day}T${time}`, zone);
    if (moment && moment > at) return moment;
  }
  return new Date(at.getTime() + DAY_MS);
}

/** When an event is mailed; null: it is not. */
export function mailDueAt(way: Way, times: Times, isCritical: boolean, at: Date): Date | null {
  if (way === 'product') return null;
  if (way === 'at-once') return isCritical && times.criticalBreaksThrough ? at : afterQuiet(at, times);
  return afterQuiet(nextDigest(at, times), times);
}
