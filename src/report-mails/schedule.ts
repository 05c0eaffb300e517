import type { Cadence } from '../database/tables.ts';
import { plusDays } from '../reports/period.ts';
import { fromLocalInput, isoDay } from '../web/format.ts';

/** When a report is mailed: at an hour of some days, by the clock of a zone. */
export type Schedule = { cadence: Cadence; weekday: number | null; hour: number; zone: string };

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const weekdays = () => WEEKDAYS.map((words, index) => ({ key: index + 1, words }));

const weekdayOf = (day: string) => ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
const isOn = (day: string, { cadence, weekday }: Schedule) =>
  cadence === 'daily' || (cadence === 'weekly' ? weekdayOf(day) === weekday : day.endsWith('-01'));

const LONGEST_DAYS = 33;

/**
 * The first due time after a moment. An hour that the clocks skip is due when they would have shown it, one that they
 * show twice at the first time: each day is due once.
 */
export function nextDue(schedule: Schedule, after: Date): Date {
  const { hour, zone } = schedule;
  let day = isoDay(after, zone);
  for (let days = 0; days <= LONGEST_DAYS; days += 1, day = plusDays(day, 1)) {
    if (!isOn(day, schedule)) continue;
    const due = fromLocalInput(`${day}T${String(hour).padStart(2, '0')}:00:00`, zone);
    if (due && due > after) return due;
  }
  throw new Error(`no due time of ${schedule.cadence} in ${zone}`);
}

export function scheduleWords({ cadence, weekday, hour, zone }: Schedule): string {
  const days =
    cadence === 'daily'
      ? 'every day'
      : cadence === 'weekly'
        ? `every ${WEEKDAYS[(weekday ?? 1) - 1]}`
        : 'on the first of each month';
  return `${days} at ${String(hour).padStart(2, '0')}:00, ${zone}`;
}
