/** How times, durations and numbers read on pages. Pure: the zone and the present come in as arguments. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${kind}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    formats.set(key, format);
  }
  return format;
}

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** `UTC+01:00` at that moment in that zone. */
export function offset(at: Date, zone: string): string {
  const name = formatter(zone, 'offset', { timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find((part) => part.type === 'timeZoneName')?.value;
  return !name || name === 'GMT' ? 'UTC+00:00' : name.replace('GMT', 'UTC');
}

/** `09:12` */
export const clock = (at: Date, zone: string) =>
  formatter(zone, 'clock', { hour: '2-digit', minute: '2-digit' }).format(at);

/** `10 March 2026` */
export const day = (at: Date, zone: string) =>
  formatter(zone, 'day', { day: 'numeric', month: 'long', year: 'numeric' }).format(at);

/** `Tuesday 10 March 2026` */
export const longDay = (at: Date, zone: string) =>
  formatter(zone, 'long-day', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
    .format(at)
    .replace(',', '');

/** `2026-03-10`, for telling days apart and for date inputs. */
export const isoDay = (at: Date, zone: string) => {
  const parts = formatter(zone, 'iso-day', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
};

/** `2026-03-10T09:12:07`, for `datetime-local` inputs. */
export const localInput = (at: Date, zone: string) =>
  `${isoDay(at, zone)}T${formatter(zone, 'seconds', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at)}`;

/** `Tue 10 March 2026, 09:12:07 UTC+01:00`: nothing left to guess. */
export const exact = (at: Date, zone: string) => {
  const date = formatter(zone, 'exact-day', {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
    .format(at)
    .replace(',', '');
  const time = formatter(zone, 'seconds', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    at,
  );
  return `${date}, ${time} ${offset(at, zone)}`;
};

/** `09:12` today, `Tue 14:10` within six days, `10 Mar, 14:10` this year, else with the year. */
export function near(at: Date, now: Date, zone: string): string {
  if (isoDay(at, zone) === isoDay(now, zone)) return clock(at, zone);
  const time = clock(at, zone);
  if (Math.abs(now.getTime() - at.getTime()) < 6 * 86_400_000) {
    return `${formatter(zone, 'weekday', { weekday: 'short' }).format(at)} ${time}`;
  }
  const sameYear = isoDay(at, zone).slice(0, 4) === isoDay(now, zone).slice(0, 4);
  return sameYear
    ? `${formatter(zone, 'day-month', { day: 'numeric', month: 'short' }).format(at)}, ${time}`
    : `${formatter(zone, 'short-day', { day: 'numeric', month: 'short', year: 'numeric' }).format(at)}, ${time}`;
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

/** Only the largest unit: `3 d`, `14 h`, `4 min`. */
export function roughly(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return 'under 1 min';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1440)} d`;
}

/** `14 h ago`, `in 3 d`. */
export function ago(at: Date, now: Date): string {
  const ms = now.getTime() - at.getTime();
  return ms >= 0 ? `${roughly(ms)} ago` : `in ${roughly(-ms)}`;
}

/** `3,369` */
export const count = (value: number) => value.toLocaleString('en-GB');

/**
 * Reads what a `datetime-local` input gives, in a zone, as a moment. A time that the zone skips or has
 * twice (clock changes) is read with the offset in force just before.
 */
export function fromLocalInput(text: string, zone: string): Date | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?$/.exec(text);
  if (!match) return undefined;
  const asUtc = new Date(`${match[1]}T${match[2]}${match[3] ?? ':00'}Z`);
  if (Number.isNaN(asUtc.getTime())) return undefined;
  const shift = (at: Date) => new Date(`${localInput(at, zone)}Z`).getTime() - at.getTime();
  const first = new Date(asUtc.getTime() - shift(asUtc));
  return new Date(asUtc.getTime() - shift(first));
}
