/** How times, durations and numbers read on pages. Pure: the zone and the present come in as arguments. */

const DAY_MS = 86_400_000;
const SPAN_MS = DAY_MS / 4;
type Offset = { words: string; ms: number };
/** Of a zone by quarter of a day; null in one in which clocks change. Asking `Intl` is a hundred times as dear. */
const offsets = new Map<string, Map<number, Offset | null>>();
const OFFSETS_KEPT = 20_000;
/** More than there are: a zone is known by any capital letters. */
const ZONES_KEPT = 1000;
const zones = new Map<string, Intl.DateTimeFormat>();

function readOffset(at: Date, zone: string): Offset {
  let format = zones.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' });
    zones.set(zone, format);
  }
  const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours, minutes, seconds = '0'] = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name) ?? [];
  if (!sign) return { words: 'UTC+00:00', ms: 0 };
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return { words: name.replace('GMT', 'UTC'), ms: sign === '-' ? -ms : ms };
}

function offsetsIn(zone: string): Map<number, Offset | null> {
  const known = offsets.get(zone);
  if (known && known.size < OFFSETS_KEPT) return known;
  if (offsets.size >= ZONES_KEPT) {
    offsets.clear();
    zones.clear();
  }
  const empty = new Map<number, Offset | null>();
  offsets.set(zone, empty);
  return empty;
}

function offsetOf(at: Date, zone: string): Offset {
  const span = Math.floor(at.getTime() / SPAN_MS);
  const ofZone = offsetsIn(zone);
  let known = ofZone.get(span);
  if (known === undefined) {
    const first = readOffset(new Date(span * SPAN_MS), zone);
    const last = readOffset(new Date((span + 1) * SPAN_MS - 1), zone);
    known = first.ms === last.ms ? first : null;
    ofZone.set(span, known);
  }
  return known ?? readOffset(at, zone);
}

/** The same reading of the clock, in UTC: its UTC fields are the zone's. */
const local = (at: Date, zone: string) => new Date(at.getTime() + offsetOf(at, zone).ms);

// Our pages are English. Written out: `Intl` takes longer to name them than all else that a start does here.
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const MONTHS_SHORT = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sept',
  'Oct',
  'Nov',
  'Dec',
];
const WEEKDAYS_SHORT = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const two = (value: number) => String(value).padStart(2, '0');
const clockOf = (at: Date) => `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
const secondsOf = (at: Date) => `${clockOf(at)}:${two(at.getUTCSeconds())}`;
const dayOf = (at: Date) => `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
const isoDayOf = (at: Date) =>
  `${String(at.getUTCFullYear()).padStart(4, '0')}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** `UTC+01:00` at that moment in that zone. */
export const offset = (at: Date, zone: string) => offsetOf(at, zone).words;

/** `09:12` */
export const clock = (at: Date, zone: string) => clockOf(local(at, zone));

/** `10 March 2026` */
export const day = (at: Date, zone: string) => dayOf(local(at, zone));

/** `Tuesday 10 March 2026` */
export function longDay(at: Date, zone: string): string {
  const here = local(at, zone);
  return `${WEEKDAYS[here.getUTCDay()]} ${dayOf(here)}`;
}

/** `2026-03-10`, for telling days apart and for date inputs. */
export const isoDay = (at: Date, zone: string) => isoDayOf(local(at, zone));

/** `2026-03-10T09:12:07`, for `datetime-local` inputs. */
export function localInput(at: Date, zone: string): string {
  const here = local(at, zone);
  return `${isoDayOf(here)}T${secondsOf(here)}`;
}

/** `Tue 10 March 2026, 09:12:07 UTC+01:00`: nothing left to guess. */
export function exact(at: Date, zone: string): string {
  const here = local(at, zone);
  return `${WEEKDAYS_SHORT[here.getUTCDay()]} ${dayOf(here)}, ${secondsOf(here)} ${offset(at, zone)}`;
}

/** `Mar`, in UTC */
export const month = (at: Date) => MONTHS_SHORT[at.getUTCMonth()] ?? '';

/** `10 Mar` */
const shortDay = (at: Date, zone: string) => {
  const here = local(at, zone);
  return `${here.getUTCDate()} ${MONTHS_SHORT[here.getUTCMonth()]}`;
};

/** `09:12` today, `Tue 14:10` within six days, `10 Mar, 14:10` this year, else with the year. */
export function near(at: Date, now: Date, zone: string): string {
  const [here, today] = [local(at, zone), local(now, zone)];
  const time = clockOf(here);
  if (isoDayOf(here) === isoDayOf(today)) return time;
  if (Math.abs(now.getTime() - at.getTime()) < 6 * DAY_MS)
    return `${WEEKDAYS_SHORT[here.getUTCDay()]} ${time}`;
  const year = here.getUTCFullYear() === today.getUTCFullYear() ? '' : ` ${here.getUTCFullYear()}`;
  return `${shortDay(at, zone)}${year}, ${time}`;
}

/** `1 d 9 h 48 min`; `40 s` below a minute. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor((minutes % 1440) / 60), 'h'],
    [minutes % 60, 'min'],
  ];
  return parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** Only the two largest units, for rows: `1 d 9 h`, `9 h 48 min`. */
export const inShort = (ms: number) => duration(ms).split(' ').slice(0, 4).join(' ');

/** Only the largest unit: `3 d`, `14 h`, `4 min`. */
export function roughly(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return 'under 1 min';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1440)} d`;
}

/** `14 h ago`, `just now`, `in 3 d`. */
export function ago(at: Date, now: Date): string {
  const ms = now.getTime() - at.getTime();
  if (ms >= 0) return ms < 60_000 ? 'just now' : `${roughly(ms)} ago`;
  return `in ${roughly(-ms)}`;
}

let wholeNumbers: Intl.NumberFormat | undefined;
/** `3,369` */
export function count(value: number): string {
  wholeNumbers ??= new Intl.NumberFormat('en-GB');
  return wholeNumbers.format(value);
}

/** `41`, `999+`: what is counted up to a thousand only. */
export const upTo = (value: number) => (value > 999 ? '999+' : String(value));

/**
 * Reads what a `datetime-local` input gives, in a zone, as a moment. A time that the zone skips or has
 * twice (clock changes) is read with the offset in force just before.
 */
export function fromLocalInput(text: string, zone: string): Date | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?$/.exec(text);
  if (!match) return undefined;
  const written = `${match[1]}T${match[2]}${match[3] ?? ':00'}`;
  const asUtc = new Date(`${written}Z`).getTime();
  // 30 February and 24:00 are read as the day after.
  if (Number.isNaN(asUtc) || !new Date(asUtc).toISOString().startsWith(written)) return undefined;
  const withOffsetAt = (moment: number) => new Date(asUtc - offsetOf(new Date(moment), zone).ms);
  const before = withOffsetAt(asUtc - DAY_MS);
  const after = withOffsetAt(asUtc + DAY_MS);
  return [before, after].find((at) => localInput(at, zone) === written) ?? before;
}
