import type { Clock } from '../bounces/stamps.ts';
import type { Reader } from './delivery.ts';
import type { Sender } from './gathering.ts';
import { Minutes, minuteOf, type StampKind } from './minutes.ts';
import { viewOf } from './octets.ts';

/** Where lines come from, as syslog names it, who reads them, and whose deliveries they tell of for the most. */
export type Source = { host: string; via: string; read: Reader | 'postfix' | null; sender: Sender | null };

/** The line that is being read: where it came from, and when it was written. One is used for all lines. */
export class CurrentLine {
  host = '';
  source: Source;
  /** Where it does not stand in the line itself, or was read from there already. */
  minute: string | null = null;
  /** Of lines that do not name it. */
  #unnamed: Source;
  #now: () => Date;
  #minutes: Minutes;
  #octets: Buffer = Buffer.alloc(0);
  #view: DataView = viewOf(this.#octets);
  #stampFrom = 0;
  #stampTo = 0;
  #stampKind: StampKind = 'any';

  /** Of lines that do not name their host, it is `host`. */
  constructor(host: string, clock: () => Clock, now: () => Date) {
    this.#unnamed = { host, via: host, read: null, sender: null };
    this.source = this.#unnamed;
    this.#minutes = new Minutes(clock);
    this.#now = now;
  }

  /** Lines come from the same octets many times. */
  viewOf(octets: Buffer): DataView {
    if (this.#octets !== octets) this.#view = viewOf(octets);
    this.#octets = octets;
    return this.#view;
  }

  /** A line of a source with its stamp between two places. */
  begin(source: Source, octets: Buffer, from: number, to: number, kind: StampKind): void {
    this.host = source.host;
    this.source = source;
    this.viewOf(octets);
    this.#stampFrom = from;
    this.#stampTo = to;
    this.#stampKind = kind;
    this.minute = null;
  }

  /** A line without a host; one without a stamp, too, where it ends where it begins. */
  beginUnnamed(octets: Buffer, from: number, stampTo: number): void {
    const first = octets[from] ?? 0;
    const isIso = stampTo - from >= 19 && first >= 48 && first < 58;
    this.begin(this.#unnamed, octets, from, stampTo, isIso ? 'iso' : 'any');
  }

  /** A line whose minute is known. */
  beginAt(source: Source, host: string, minute: string | null): void {
    this.host = host;
    this.source = source;
    this.minute = minute;
    this.#stampTo = this.#stampFrom;
  }

  /** The minute of another stamp, which stands elsewhere in the line. */
  stampedElsewhere(stamp: string): void {
    this.minute = this.#minutes.read(stamp);
  }

  /** The minute of the line; the present one where it does not say. */
  when(): string {
    const [from, to] = [this.#stampFrom, this.#stampTo];
    const stamped = to > from ? this.#minutes.of(this.#stampKind, this.#octets, this.#view, from, to) : null;
    return this.minute ?? stamped ?? minuteOf(this.#now().toISOString());
  }

  /** What stamps without a year mean changes with the clock. */
  forget(): void {
    this.#minutes.forget();
  }
}
