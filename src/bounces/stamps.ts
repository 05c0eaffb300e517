/** A point in time as RFC 3339 in UTC; guessed when year or zone were not in the text. */
export type Stamp = { at: string; guessed: boolean };

/** What a stamp is read against. */
export type Clock = { now: Date; timeZone: string };

const zones = new Map<string, boolean>();

/** Whether a zone is known here; asking is slow, and few are ever asked for. */
function isZone(timeZone: string): boolean {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  let exists = true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
  } catch {
    exists = false;
  }
  if (zones.size < 1000) zones.set(timeZone, exists);
  return exists;
}

/** A clock in an IANA zone; in UTC when it is absent or unknown. */
export const clockIn = (timeZone: string | undefined, now: Date): Clock => ({
  now,
  timeZone: timeZone !== undefined && isZone(timeZone) ? timeZone : 'UTC',
});

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

type Parts = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  milli: number;
};

const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function zoneFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

const QUARTER = 900_000;

/** Offsets change at quarters of an hour at most, and asking for them is slow. */
const offsets = new Map<string, number>();

/** Enough for a year of log lines; then it starts afresh. */
const MOST_OFFSETS = 40_000;

/** How far a zone's clock is ahead of UTC at that time, in milliseconds. */
function zoneOffset(utc: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const key = `${Math.floor(utc / QUARTER)} ${timeZone}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  const offset = askZone(utc, timeZone);
  offsets.set(key, offset);
  return offset;
}

function askZone(utc: number, timeZone: string): number {
  const shown = Object.fromEntries(
    zoneFormat(timeZone)
      .formatToParts(utc)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: string): number => shown[name] ?? 0;
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(utc / 1000) * 1000;
}

const wallTime = (p: Parts): number =>
  Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second, p.milli);

const isPossible = (p: Parts): boolean =>
  p.month >= 1 &&
  p.month <= 12 &&
  p.day >= 1 &&
  p.day <= 31 &&
  p.hour < 24 &&
  p.minute < 60 &&
  p.second <= 60 &&
  p.year > 1970 &&
  p.year < 3000;

function toStamp(parts: Parts, zone: string | undefined, clock: Clock, guessed = false): Stamp | null {
  if (!isPossible(parts)) return null;
  const wall = wallTime(parts);
  if (zone === undefined || zone === '') {
    const first = wall - zoneOffset(wall, clock.timeZone);
    return { at: new Date(wall - zoneOffset(first, clock.timeZone)).toISOString(), guessed: true };
  }
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  const minutes = offset ? (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === '-' ? -1 : 1) : 0;
  return { at: new Date(wall - minutes * 60_000).toISOString(), guessed };
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?/i;
const SYSLOG = /^([A-Z][a-z]{2})\s{1,2}(\d{1,2})(?:\s(\d{4}))?\s(\d\d):(\d\d):(\d\d)/;
const MAIL =
  /(\d{1,2})\s{1,2}([A-Z][a-z]{2})[a-z]*\s{1,2}(\d{4})\s{1,2}(\d\d):(\d\d)(?::(\d\d))?\s*([+-]\d{4}|GMT|UTC|Z)?/;
const SLASHED = /^(\d\d)\/(\d\d)\/(\d{4}|\d\d) (\d\d):(\d\d):(\d\d)/;
const DOTTED = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d):(\d\d):(\d\d)/;
const BRACKETED = /^\[(\d{4})\.(\d\d)\.(\d\d)\] (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?/;
const TAI64N = /^@4([\da-f]{15})[\da-f]{8}/i;

const toMilli = (fraction: string | undefined): number =>
  Number((fraction ?? '0').padEnd(3, '0').slice(0, 3));

const numbers = (match: RegExpExecArray, ...order: number[]): number[] =>
  order.map((at) => Number(match[at] ?? 0));

function partsOf([
  year = 0,
  month = 0,
  day = 0,
  hour = 0,
  minute = 0,
  second = 0,
  milli = 0,
]: number[]): Parts {
  return { year: year < 100 ? 2000 + year : year, month, day, hour, minute, second, milli };
}

/** A stamp without a year is of the newest year in which it is at most a day ahead of now: east of Greenwich, the next one comes early. */
function syslogStamp(match: RegExpExecArray, clock: Clock): Stamp | null {
  const month = MONTHS.indexOf((match[1] ?? '').toLowerCase()) + 1;
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = numbers(match, 2, 3, 4, 5, 6);
  const of = (y: number): Parts => partsOf([y, month, day, hour, minute, second]);
  const thisYear = clock.now.getUTCFullYear();
  if (year > 0) return toStamp(of(year), undefined, clock);
  const latest = clock.now.getTime() + DAY;
  const newest = [thisYear + 1, thisYear].find((one) => wallTime(of(one)) <= latest) ?? thisYear - 1;
  return toStamp(of(newest), undefined, clock);
}

/** Reads the stamp at the start of a log line or of a field; null when there is none. */
export function readStamp(text: string, clock: Clock): Stamp | null {
  const head = text
    .slice(0, 64)
    .trim()
    .replace(/^[A-Z][a-z]{2} (?=\d{4}-)/, '');
  const iso = ISO.exec(head);
  if (iso) return toStamp(partsOf([...numbers(iso, 1, 2, 3, 4, 5, 6), toMilli(iso[7])]), iso[8], clock);
  const syslog = SYSLOG.exec(head);
  if (syslog) return syslogStamp(syslog, clock);
  const slashed = SLASHED.exec(head);
  if (slashed) return toStamp(partsOf(numbers(slashed, 3, 1, 2, 4, 5, 6)), undefined, clock);
  const dotted = DOTTED.exec(head);
  if (dotted) return toStamp(partsOf(numbers(dotted, 3, 2, 1, 4, 5, 6)), undefined, clock);
  const bracketed = BRACKETED.exec(head);
  if (bracketed)
    return toStamp(
      partsOf([...numbers(bracketed, 1, 2, 3, 4, 5, 6), toMilli(bracketed[7])]),
      undefined,
      clock,
    );
  const tai = TAI64N.exec(head);
  return tai ? epochStamp(Number.parseInt(tai[1] ?? '', 16) - 10) : mailStamp(head, clock);
}

/** A date of RFC 5322 § 3.3. */
export function mailStamp(text: string, clock: Clock): Stamp | null {
  const mail = MAIL.exec(text.slice(0, 80));
  if (!mail) return null;
  const month = MONTHS.indexOf((mail[2] ?? '').toLowerCase()) + 1;
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = numbers(mail, 1, 3, 4, 5, 6);
  return toStamp(partsOf([year, month, day, hour, minute, second]), mail[7], clock);
}

/** Seconds, milliseconds or microseconds since 1970. */
export function epochStamp(value: number): Stamp | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  const milli = value > 1e14 ? value / 1000 : value > 1e11 ? value : value * 1000;
  return milli < 32_503_680_000_000 ? { at: new Date(milli).toISOString(), guessed: false } : null;
}
