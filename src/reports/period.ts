import { day, fromLocalInput, isoDay, MONTHS_SHORT } from '../web/format.ts';

/** A stretch of time, its end not in it. */
export type Stretch = { from: Date; to: Date };
/** A stretch between edges of days in a zone; `first` and `last` are its days as `2026-03-10`. */
export type Period = Stretch & { key: string; first: string; last: string; words: string };

type Rule = { words: string } & (
  | { days: number }
  | { months: number }
  | { calendar: 'month' | 'year'; back: number }
);

/** The periods that a person chooses by name. */
export const PRESETS = {
  '30-days': { words: 'Last 30 days', days: 30 },
  '90-days': { words: 'Last 90 days', days: 90 },
  '12-months': { words: 'Last 12 months', months: 12 },
  '5-years': { words: 'Last 5 years', months: 60 },
  '10-years': { words: 'Last 10 years', months: 120 },
  'this-month': { words: 'This month', calendar: 'month', back: 0 },
  'last-month': { words: 'Last month', calendar: 'month', back: 1 },
  'this-year': { words: 'This year', calendar: 'year', back: 0 },
  'last-year': { words: 'Last year', calendar: 'year', back: 1 },
} as const satisfies Record<string, Rule>;
export type Preset = keyof typeof PRESETS;
export const PRESET_KEYS = Object.keys(PRESETS) as Preset[];

const DAY_MS = 86_400_000;
const asUtc = (text: string) => new Date(`${text}T00:00:00Z`);
const asText = (at: Date) => at.toISOString().slice(0, 10);

/** A day so many days later; days have no zone. */
export const plusDays = (text: string, days: number) =>
  asText(new Date(asUtc(text).getTime() + days * DAY_MS));

/** The same day of another month, or that month's last one. */
export function plusMonths(text: string, months: number): string {
  const [year = 0, month = 0, date = 0] = text.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return asText(new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(date, last))));
}

/** The first moment of a day in a zone. */
export const startOf = (text: string, zone: string): Date =>
  fromLocalInput(`${text}T00:00:00`, zone) ?? asUtc(text);

const firstOf = (unit: 'month' | 'year', text: string) =>
  unit === 'month' ? `${text.slice(0, 8)}01` : `${text.slice(0, 5)}01-01`;

/** First and last day of a preset. What goes on runs until today. */
function daysOf(rule: Rule, today: string): [first: string, last: string] {
  if ('days' in rule) return [plusDays(today, 1 - rule.days), today];
  if ('months' in rule) return [plusDays(plusMonths(today, -rule.months), 1), today];
  const step = rule.calendar === 'month' ? 1 : 12;
  const first = plusMonths(firstOf(rule.calendar, today), -step * rule.back);
  return [first, rule.back === 0 ? today : plusDays(plusMonths(first, step), -1)];
}

function periodOf(key: string, first: string, last: string, zone: string): Period {
  const from = startOf(first, zone);
  const to = startOf(plusDays(last, 1), zone);
  const words = `${day(asUtc(first), 'UTC')} to ${day(asUtc(last), 'UTC')}`;
  return { key, first, last, from, to, words };
}

export type Asked = { period?: Preset | undefined; from?: string | undefined; to?: string | undefined };

/** The first day that PostgreSQL and `Date` surely agree on, and that no block list is older than. */
export const EARLIEST = '1990-01-01';
export const LATEST = '2199-12-31';

/**
 * The period that was asked for, its days those of the zone. Of `from` and `to` one is enough. Undefined: its days
 * are the wrong way round.
 */
export function readPeriod(asked: Asked, usual: Preset, zone: string, now: Date): Period | undefined {
  const today = isoDay(now, zone);
  if (asked.from !== undefined || asked.to !== undefined) {
    const last = asked.to ?? (asked.from !== undefined && asked.from > today ? asked.from : today);
    const first = asked.from ?? plusDays(plusMonths(last, -12), 1);
    return first > last ? undefined : periodOf('', first, last, zone);
  }
  const key = asked.period ?? usual;
  const [first, last] = daysOf(PRESETS[key], today);
  return periodOf(key, first, last, zone);
}

/** The period of as many days before: of a calendar month or year, the one before; of one that goes on, as far as it has got. */
export function periodBefore(period: Period, zone: string): Period {
  const rule: Rule | undefined = PRESETS[period.key as Preset];
  if (rule && !('days' in rule)) {
    const step = 'months' in rule ? rule.months : rule.calendar === 'month' ? 1 : 12;
    const whole = 'calendar' in rule && rule.back > 0;
    const last = whole ? plusDays(period.first, -1) : plusMonths(period.last, -step);
    return periodOf('', plusMonths(period.first, -step), last, zone);
  }
  const days = Math.round((asUtc(period.last).getTime() - asUtc(period.first).getTime()) / DAY_MS) + 1;
  return periodOf('', plusDays(period.first, -days), plusDays(period.first, -1), zone);
}

/** A part of a period, as one column of a picture. */
export type Part = Stretch & { label: string; isWhole: boolean };

const MONTHS_UP_TO_DAYS = 800;

/** The calendar months or, of a long period, years that a period touches, cut off at its edges and at the present. */
export function partsOf(period: Period, zone: string, now: Date): Part[] {
  const isLong = period.to.getTime() - period.from.getTime() > MONTHS_UP_TO_DAYS * DAY_MS;
  const unit = isLong ? 'year' : 'month';
  const parts: Part[] = [];
  for (let first = firstOf(unit, period.first); first <= period.last; ) {
    const next = plusMonths(first, isLong ? 12 : 1);
    const [from, to] = [startOf(first, zone), startOf(next, zone)];
    const end = new Date(Math.min(to.getTime(), period.to.getTime()));
    const label = isLong
      ? first.slice(0, 4)
      : `${MONTHS_SHORT[Number(first.slice(5, 7)) - 1]} ${first.slice(0, 4)}`;
    const begin = new Date(Math.max(from.getTime(), period.from.getTime()));
    const isWhole = begin.getTime() === from.getTime() && end.getTime() === to.getTime() && to <= now;
    parts.push({ from: begin, to: end, label, isWhole });
    first = next;
  }
  return parts;
}
