import { fromLocalInput } from '../web/format.ts';

/** From one moment to another: the first is in it, the last no more. */
export type Span = { from: Date; to: Date };

const two = (value: number) => String(value).padStart(2, '0');
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/**
 * Reads `2025`, `2025-01` or `2025-01-31` as that year, month or day in a zone. What is wrong comes back as
 * words.
 */
export function readSpan(text: string, zone: string): Span | string {
  const [, yearText, monthText, dayText] = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text) ?? [];
  if (!yearText) return 'write a date as year-month-day, such as 2025-01-31, or 2025-01, or 2025';
  const [year, month, day] = [yearText, monthText, dayText].map((part) => (part ? Number(part) : undefined));
  if (!year || year < 1970) return `there is nothing from the year ${yearText}`;
  if (month !== undefined && (month < 1 || month > 12))
    return `there is no month ${monthText}; write year-month-day`;
  if (month && day !== undefined && (day < 1 || day > daysIn(year, month)))
    return `${MONTHS[month - 1]} ${year} has no day ${dayText}; write year-month-day`;
  const start = new Date(Date.UTC(year, (month ?? 1) - 1, day ?? 1));
  const end = new Date(start);
  if (day) end.setUTCDate(end.getUTCDate() + 1);
  else if (month) end.setUTCMonth(end.getUTCMonth() + 1);
  else end.setUTCFullYear(end.getUTCFullYear() + 1);
  const [from, to] = [start, end].map((at) => midnight(at, zone));
  return from && to ? { from, to } : 'write a date between 1970 and 9998';
}

/** The beginning of a day in a zone. */
const midnight = (at: Date, zone: string) =>
  fromLocalInput(`${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}T00:00`, zone);
