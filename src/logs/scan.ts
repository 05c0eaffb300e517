import { type Clock, clockIn } from '../bounces/stamps.ts';
import type { Observation } from '../observations/observation.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { CurrentLine, type Source } from './current-line.ts';
import { LineCutter } from './lines.ts';
import { openPlaces, readPostfix } from './makes/postfix.ts';
import type { Deliveries } from './makes/smartermail.ts';
import type { StampKind } from './minutes.ts';
import { Names } from './names.ts';
import { decoded, nextOf, textAt } from './octets.ts';
import { openReaders, type Readers, readerOf } from './programs.ts';
import { RarerLines } from './rarer-lines.ts';
import { LONGEST_VIA, Tally } from './tally.ts';
import { dayInName } from './time-of-day.ts';

export type ScanOptions = {
  catalogue: Catalogue;
  /** Resolves stamps without a year; asked again for each new minute. */
  now: () => Date;
  /** IANA zone of stamps without one; UTC when absent or unknown. */
  timeZone?: string;
  /** The sending address where neither reply nor log says it. */
  address?: string;
  /** The host whose log it is, where the lines do not name it. */
  host?: string;
  /** The log's own name, in which some have the day of their lines. */
  file?: string;
  /** What is under way, where each day has a log and the next goes on with it. */
  deliveries?: Deliveries;
  /** Is told, in a plain sentence and once, what was passed over. */
  tell?: (note: string) => void;
};

const LONGEST_HEAD = 300;
const LONGEST_PID = 16;

const BLANK = 32;
const COLON = 58;
const OPENING = 91;
const UPPER_T = 84;

const isDigit = (code: number): boolean => code >= 48 && code < 58;
const isUpper = (code: number): boolean => code >= 65 && code < 91;

/** The next blank within a line, or its end. */
function nextBlank(octets: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && octets[at] !== BLANK) at += 1;
  return at;
}

/** `HOST PROGRAM`, as octets. */
function sourceOf(name: string, readers: Readers): Source {
  const blank = name.indexOf(' ');
  return {
    host: decoded(name.slice(0, blank)),
    via: decoded(name).slice(0, LONGEST_VIA),
    read: readerOf(name.slice(blank + 1), readers),
    sender: null,
  };
}

/**
 * Reads the log of a mail server as it comes, and counts what the receivers made of our mail. Work and memory
 * grow with what is different in it, never with its lines.
 */
export class Scanner {
  #tell: ScanOptions['tell'];
  #told = false;
  #cutter: LineCutter;
  #line: CurrentLine;
  #readers: Readers;
  #sources: Names<Source>;
  #places = openPlaces();
  #tally: Tally;
  #rarer: RarerLines;

  constructor(options: ScanOptions) {
    const { catalogue, now, timeZone, address, host = '', file = '', deliveries, tell } = options;
    const clock = (): Clock => clockIn(timeZone, now());
    const readers = openReaders(deliveries);
    const line = new CurrentLine(host, clock, now);
    this.#tell = tell;
    this.#line = line;
    this.#readers = readers;
    this.#sources = new Names((name) => sourceOf(name, readers));
    this.#tally = new Tally(catalogue, address, line, this.#places);
    this.#rarer = new RarerLines({
      line,
      sink: this.#tally.sink,
      readers,
      clock,
      day: dayInName(file),
      sourceOf: (name) => this.#sources.of(name),
      host,
      postfix: (octets, from, to, message) => this.#postfix(octets, from, to, message),
      again: (octets, from, to) => this.#read(octets, from, to),
    });
    this.#cutter = new LineCutter(
      (octets, from, to) => this.#read(octets, from, to),
      () => this.#passedOver(),
    );
  }

  /** The next octets of the log, cut anywhere. */
  push(chunk: Buffer): void {
    this.#cutter.push(chunk);
  }

  /** The log has ended: its last line may lack a line end. */
  finish(): void {
    this.#cutter.finish();
    this.#rarer.endEntry();
  }

  /** How many rows wait to be taken. */
  get waiting(): number {
    return this.#tally.waiting;
  }

  /** What was gathered since the last time, as much as one batch holds; the rest comes the next time. */
  take(): Observation[] {
    this.#line.forget();
    return this.#tally.take();
  }

  #passedOver(): void {
    if (!this.#told) this.#tell?.('A line was longer than any log line and was passed over.');
    this.#told = true;
  }

  /** Lines of syslog are told from others by their stamp, without a text made of them. */
  #read(octets: Buffer, from: number, to: number): void {
    const first = octets[from] ?? 0;
    if (isUpper(first) && octets[from + 3] === BLANK) this.#syslog(octets, from, from + 15, to, 'syslog');
    else if (isDigit(first) && octets[from + 10] === UPPER_T) {
      const blank = nextBlank(octets, from + 19, to);
      if (octets[blank + 1] === OPENING) this.#rarer.own(octets, from, blank, to, this.#readers.haraka);
      else this.#syslog(octets, from, blank, to, 'iso');
    } else this.#rarer.read(octets, from, to);
  }

  /** `STAMP HOST PROGRAM[PID]: MESSAGE` */
  #syslog(octets: Buffer, from: number, stampTo: number, to: number, kind: StampKind): void {
    const name = stampTo + 1;
    const most = Math.min(to, name + LONGEST_HEAD);
    const view = this.#line.viewOf(octets);
    // The host may hold colons: it is an address at times.
    const end = nextOf(view, OPENING, COLON, nextOf(view, BLANK, BLANK, name, most), most);
    if (end >= most) return;
    const source = this.#sources.get(view, name, end);
    const { read } = source;
    if (read === null) return;
    // `[PID]: `, or `: `
    let colon = end;
    while (octets[colon] !== COLON && colon < end + LONGEST_PID) colon += 1;
    this.#line.begin(source, octets, from, stampTo, kind);
    if (read === 'postfix') this.#postfix(octets, from, to, colon + 2);
    else read(textAt(octets, from, to), colon + 2 - from, this.#tally.sink);
  }

  #postfix(octets: Buffer, from: number, to: number, message: number): void {
    const places = this.#places;
    places.octets = octets;
    places.view = this.#line.viewOf(octets);
    places.from = from;
    places.to = to;
    readPostfix(places, message, this.#tally.sink);
  }
}

export const openScanner = (options: ScanOptions): Scanner => new Scanner(options);
