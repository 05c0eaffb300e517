import { type Clock, readStamp } from '../bounces/stamps.ts';
import { ownCopy } from './octets.ts';

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

/**
 * The minutes of log stamps. A log stays within a minute for many lines, so the last one is remembered by
 * its characters.
 */
export class Minutes {
  #clock: () => Clock;
  /** The last stamp up to its minute, and its zone; empty: none. */
  #last = '';
  #zone = '';
  #minute: string | null = null;

  constructor(clock: () => Clock) {
    this.#clock = clock;
  }

  /** What stamps without a year mean changes with the clock. */
  forget(): void {
    this.#last = '';
  }

  /** Of the stamp with which a line begins; `to` is its end. */
  of(kind: StampKind, line: string, to: number): string | null {
    if (kind === 'any') return this.#read(line.slice(0, to));
    const zone = kind === 'iso' ? this.#zoneAt(line, to) : to;
    const isLast =
      this.#last !== '' &&
      line.startsWith(this.#last) &&
      to - zone === this.#zone.length &&
      line.startsWith(this.#zone, zone);
    if (isLast) return this.#minute;
    this.#minute = this.#read(line.slice(0, to));
    this.#last = ownCopy(line.slice(0, kind === 'iso' ? ISO_MINUTE : SYSLOG_MINUTE));
    this.#zone = ownCopy(line.slice(zone, to));
    return this.#minute;
  }

  #zoneAt(line: string, to: number): number {
    let zone = ISO_SECOND;
    while (zone < to && isFraction(line.charCodeAt(zone))) zone += 1;
    return zone;
  }

  #read(stamp: string): string | null {
    const found = readStamp(stamp, this.#clock());
    return found && minuteOf(found.at);
  }
}
