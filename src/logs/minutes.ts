import { type Clock, readStamp } from '../bounces/stamps.ts';
import { isMadeOf, textAt, wordsOf } from './octets.ts';

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

function zoneAt(view: DataView, from: number, to: number): number {
  let zone = from + ISO_SECOND;
  while (zone < to && isFraction(view.getUint8(zone))) zone += 1;
  return zone;
}

const NOTHING: number[] = [];

/**
 * The minutes of log stamps. A log stays within a minute for many lines, so the last one is remembered by
 * its octets.
 */
export class Minutes {
  #clock: () => Clock;
  /** The last stamp up to its minute, and its zone; empty: none. */
  #last = NOTHING;
  #zone = NOTHING;
  #zoneLength = 0;
  #minute: string | null = null;

  constructor(clock: () => Clock) {
    this.#clock = clock;
  }

  /** What stamps without a year mean changes with the clock. */
  forget(): void {
    this.#last = NOTHING;
  }

  /** Of the stamp between `from` and `to`. */
  of(kind: StampKind, octets: Buffer, view: DataView, from: number, to: number): string | null {
    if (kind === 'any') return this.read(textAt(octets, from, to));
    const isIso = kind === 'iso';
    const end = from + (isIso ? ISO_MINUTE : SYSLOG_MINUTE);
    const zone = isIso ? zoneAt(view, from, to) : to;
    const isLast =
      this.#last !== NOTHING &&
      isMadeOf(this.#last, view, from, end) &&
      (!isIso || (to - zone === this.#zoneLength && isMadeOf(this.#zone, view, zone, to)));
    if (isLast) return this.#minute;
    this.#minute = this.read(textAt(octets, from, to));
    this.#last = wordsOf(view, from, end);
    this.#zone = wordsOf(view, zone, to);
    this.#zoneLength = to - zone;
    return this.#minute;
  }

  /** Of any stamp. */
  read(stamp: string): string | null {
    const found = readStamp(stamp, this.#clock());
    return found && minuteOf(found.at);
  }
}
