import { type Clock, readStamp } from '../bounces/stamps.ts';
import { isAt, textAt } from './octets.ts';

/** `Jan  9 08:00` and `2026-01-09T08:00`. */
const SYSLOG_MINUTE = 12;
const ISO_MINUTE = 16;
const ISO_SECOND = 19;

/** An RFC 3339 time of UTC, without its seconds. */
export const minuteOf = (at: string): string => `${at.slice(0, ISO_MINUTE)}Z`;

/** Digits and what stands between seconds and their fraction. */
const isFraction = (code: number): boolean => (code >= 48 && code < 58) || code === 46 || code === 44;

/** `Jan  9 08:00:01`; `2026-01-09T08:00:01.5+02:00`, its parts parted by `T` or a blank; any other. */
export type StampKind = 'syslog' | 'iso' | 'any';

function zoneAt(octets: Uint8Array, from: number, to: number): number {
  let zone = from + ISO_SECOND;
  while (zone < to && isFraction(octets[zone] as number)) zone += 1;
  return zone;
}

const NOTHING = new Uint8Array();

/**
 * The minutes of log stamps. A log stays within a minute for many lines, so the last one is remembered by
 * its octets.
 */
export class Minutes {
  #clock: () => Clock;
  /** The last stamp up to its minute, and its zone; empty: none. */
  #last = NOTHING;
  #zone = NOTHING;
  #minute: string | null = null;

  constructor(clock: () => Clock) {
    this.#clock = clock;
  }

  /** What stamps without a year mean changes with the clock. */
  forget(): void {
    this.#last = NOTHING;
  }

  /** Of the stamp between `from` and `to`. */
  of(kind: StampKind, octets: Buffer, from: number, to: number): string | null {
    if (kind === 'any') return this.read(textAt(octets, from, to));
    const zone = kind === 'iso' ? zoneAt(octets, from, to) : to;
    const isLast =
      this.#last !== NOTHING &&
      isAt(octets, from, this.#last) &&
      (kind === 'syslog' || (to - zone === this.#zone.length && isAt(octets, zone, this.#zone)));
    if (isLast) return this.#minute;
    this.#minute = this.read(textAt(octets, from, to));
    this.#last = Uint8Array.from(octets.subarray(from, from + (kind === 'iso' ? ISO_MINUTE : SYSLOG_MINUTE)));
    this.#zone = Uint8Array.from(octets.subarray(zone, to));
    return this.#minute;
  }

  /** Of any stamp. */
  read(stamp: string): string | null {
    const found = readStamp(stamp, this.#clock());
    return found && minuteOf(found.at);
  }
}
