import { isRecord, parsed } from '../bounces/flat-events.ts';
import type { Clock } from '../bounces/stamps.ts';
import type { CurrentLine, Source } from './current-line.ts';
import type { Reader, Sink } from './delivery.ts';
import { type Entry, JournalExport, journalEntry } from './journal.ts';
import { isKumoRecord, readKumo } from './makes/kumomta.ts';
import { powermtaReader } from './makes/powermta.ts';
import { minuteOf } from './minutes.ts';
import { decoded, ownOctets, textAt } from './octets.ts';
import type { Readers } from './programs.ts';
import { timeOfDay } from './time-of-day.ts';

/** What lines that are not syslog's are read with. */
export type RarerReading = {
  line: CurrentLine;
  sink: Sink;
  readers: Readers;
  clock: () => Clock;
  /** That the log's name has. */
  day: string | null;
  /** `HOST PROGRAM` as a source. */
  sourceOf: (name: string) => Source;
  /** The host of lines that do not name it. */
  host: string;
  /** Reads a line of Postfix whose message begins at a place. */
  postfix: (octets: Buffer, from: number, to: number, message: number) => void;
  /** Reads a line from its beginning. */
  again: (octets: Buffer, from: number, to: number) => void;
};

const OPENING = '[';

const LONGEST_STAMP = 60;
const DATED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [+-]\d{4})? /;
const SMARTERMAIL = /^\d\d:\d\d:\d\d(?:\.\d{1,3})? (?=\[\d{2,12}(?:-\d{1,4})?\] )/;
/** As its own search shows lines of several days. */
const SMARTERMAIL_DATED = /^\[\d{4}\.\d\d\.\d\d\] \d\d:\d\d:\d\d(?:\.\d{1,3})? \[\d{2,12}(?:-\d{1,4})?\] /;
const SYSLOG_NUMBER = /^<\d{1,3}>/;
const CONTAINER = /^[\w.-]{1,80}\s{1,40}\| /;
const LONGEST_CONTAINER = 130;

/** Lines that are not syslog's: logs that a program writes by itself, the journal, and what others put in front. */
export class RarerLines {
  #with: RarerReading;
  #journal = new JournalExport();
  #readPowermta: ReturnType<typeof powermtaReader>;

  constructor(reading: RarerReading) {
    this.#with = reading;
    const { clock, line } = reading;
    this.#readPowermta = powermtaReader(clock, (stamp) => line.stampedElsewhere(stamp));
  }

  /** A line is known by its first characters. */
  read(octets: Buffer, from: number, to: number): void {
    const { readers } = this.#with;
    const line = textAt(octets, from, to);
    const head = line.slice(0, LONGEST_STAMP);
    const first = line[0] ?? '';
    if (this.#journal.isOpen && line === '') this.endEntry();
    else if (first === '{') this.#json(octets, from, line);
    else if (first >= '0' && first <= '9') this.#dated(octets, from, to, line);
    else if (first === '@') this.#tai(octets, from, to, line);
    else if (first === OPENING && SMARTERMAIL_DATED.test(head))
      this.own(octets, from, from + line.indexOf(' [', 1), to, readers.smartermail);
    else if (first === OPENING || line.startsWith('level='))
      this.#unstamped(octets, from, line, readers.haraka);
    else if (this.#journal.takes(line)) return;
    else if (/^[a-z]{1,4},/.test(head))
      this.#unstamped(octets, from, line, (record, _at, sink) => this.#readPowermta(record, sink));
    else this.#prefixed(line, first);
  }

  /** A line that begins with its stamp and names no host. */
  own(octets: Buffer, from: number, stampTo: number, to: number, read: Reader): void {
    const { line, sink } = this.#with;
    line.beginUnnamed(octets, from, stampTo);
    read(textAt(octets, from, to), stampTo - from + 1, sink);
  }

  /** The log has ended, or an entry of the journal has. */
  endEntry(): void {
    const entry = this.#journal.end(this.#with.clock());
    if (entry) this.#entry(entry);
  }

  #unstamped(octets: Buffer, from: number, text: string, read: Reader): void {
    const { line, sink } = this.#with;
    line.beginUnnamed(octets, from, from);
    read(text, 0, sink);
  }

  /** `2026-01-09 08:00:01`, possibly with fraction and zone: Exim, or qmail with its stamps made readable. */
  #dated(octets: Buffer, from: number, to: number, line: string): void {
    const { readers } = this.#with;
    const stamp = DATED.exec(line.slice(0, LONGEST_STAMP))?.[0];
    if (stamp === undefined) {
      this.#timed(octets, from, line);
      return;
    }
    const isQmail = /^(?:starting )?delivery \d/.test(line.slice(stamp.length, stamp.length + 24));
    this.own(octets, from, from + stamp.length - 1, to, isQmail ? readers.qmail : readers.exim);
  }

  /** `08:00:01.123 [12345] `: SmarterMail, which has a file for each day. */
  #timed(octets: Buffer, from: number, text: string): void {
    const { line, sink, readers, day, clock } = this.#with;
    const time = SMARTERMAIL.exec(text.slice(0, LONGEST_STAMP))?.[0];
    if (time === undefined) return;
    line.beginUnnamed(octets, from, from);
    const at = timeOfDay(time.trimEnd(), day, clock());
    line.minute = at && minuteOf(at);
    readers.smartermail(text, time.length, sink);
  }

  #tai(octets: Buffer, from: number, to: number, line: string): void {
    const blank = line.indexOf(' ');
    if (blank > 16 && blank < 32) this.own(octets, from, from + blank, to, this.#with.readers.qmail);
  }

  #json(octets: Buffer, from: number, text: string): void {
    const { line, sink, clock } = this.#with;
    const value = parsed(decoded(text));
    if (!isRecord(value)) return;
    const entry = journalEntry(value, clock());
    if (entry) this.#entry(entry);
    else if (isKumoRecord(value)) {
      line.beginUnnamed(octets, from, from);
      const minute = (found: string | null): void => {
        line.minute = found;
      };
      readKumo(value, text, clock, minute, sink);
    }
  }

  /** An entry of the journal as the line that syslog would have written. */
  #entry({ host, program, message, at }: Entry): void {
    const { line, sink, sourceOf, postfix } = this.#with;
    const source = sourceOf(`${host || this.#with.host} ${program}`);
    const { read } = source;
    if (read === null) return;
    const head = `${at ?? ''} ${host} ${program}: `.trimStart();
    line.beginAt(source, host, at && minuteOf(at));
    const text = head + message;
    if (read === 'postfix') postfix(ownOctets(text), 0, text.length, head.length);
    else read(text, head.length, sink);
  }

  /** What syslog's own form and containers put in front: `<22>`, `mta-1  | `. */
  #prefixed(line: string, first: string): void {
    const prefix =
      first === '<' ? SYSLOG_NUMBER.exec(line) : CONTAINER.exec(line.slice(0, LONGEST_CONTAINER));
    const from = prefix?.[0].length ?? 0;
    if (from > 0 && from < line.length && !CONTAINER.test(line.slice(from, from + LONGEST_CONTAINER)))
      this.#with.again(ownOctets(line), from, line.length);
  }
}
