/** A time as a report writes it: its day and minute there. The zone is not said and thought to be Pacific. */
type Written = { day: string; minute: number | null };

const US =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ \u00a0\u202f,]{1,3}(\d{1,2}):(\d{2})(?::\d{2})?[ \u00a0\u202f]?([AP])?\.?M?\.?)?$/i;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

const two = (value: number) => String(value).padStart(2, '0');

function dayText(year: number, month: number, day: number): string | undefined {
  const at = new Date(Date.UTC(year, month - 1, day));
  const real = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return real && year >= 1990 && year < 2200 ? `${year}-${two(month)}-${two(day)}` : undefined;
}

function minuteOf(hour: string | undefined, minute: string | undefined, half: string | undefined) {
  if (hour === undefined) return null;
  const h = half ? (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0) : Number(hour);
  const m = Number(minute);
  return h < 24 && m < 60 && (!half || (Number(hour) >= 1 && Number(hour) <= 12)) ? h * 60 + m : undefined;
}

/** `9/29/2020 9:00 PM`, `6/1/2026`, `2026-06-01T01:00`; undefined for anything else. */
export function readTime(text: string): Written | undefined {
  const [, month, dayOfMonth, year, hour, minute, half] = US.exec(text) ?? [];
  const [, isoYear, isoMonth, isoDay, isoHour, isoMinute] = ISO.exec(text) ?? [];
  const day = dayText(Number(year ?? isoYear), Number(month ?? isoMonth), Number(dayOfMonth ?? isoDay));
  const at = minuteOf(hour ?? isoHour, minute ?? isoMinute, half);
  return day === undefined || at === undefined ? undefined : { day, minute: at };
}

const before = (day: string) => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);

/** `start - end` in one field, or one time. */
export const splitPeriod = (text: string): string[] =>
  text.split(/ {1,3}(?:-|–|to) {1,3}/).map((one) => one.trim());

/** Which day a period is about: the one that it ends on, and with midnight the one before. */
export function dayOfPeriod(times: string[]): string | undefined {
  const read = times.filter((text) => text !== '').map(readTime);
  const [first, last] = [read[0], read.at(-1)];
  if (!first || !last || read.length > 2 || first.day > last.day) return undefined;
  return last.minute === 0 && last.day > first.day ? before(last.day) : last.day;
}
