import { isRecord, parsed } from '../bounces/flat-events.ts';
import { publicIp } from '../bounces/sending-ip.ts';
import { type Clock, clockIn } from '../bounces/stamps.ts';
import { LONGEST_SAMPLE, type Observation } from '../observations/observation.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { spellCodes } from './codes.ts';
import type { Accepted, Answered, Delivery, Reader } from './delivery.ts';
import { type Finding, Gathering } from './gathering.ts';
import { type Entry, JournalExport, journalEntry } from './journal.ts';
import { KnownReplies } from './known-replies.ts';
import { isKumoRecord, readKumo } from './kumomta.ts';
import { LineCutter } from './lines.ts';
import { Minutes, minuteOf, type StampKind } from './minutes.ts';
import { decoded, ownCopy } from './octets.ts';
import { powermtaReader } from './powermta.ts';
import { openReaders, readerOf } from './programs.ts';
import { Receivers } from './receivers.ts';

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
  /** Is told, in a plain sentence and once, what was passed over. */
  tell?: (note: string) => void;
};

/** Where lines come from, as syslog names it, and who reads them. */
type Source = { host: string; via: string; read: Reader | null };

const MOST_SOURCES = 2000;
const MOST_FINDINGS = 5000;
const LONGEST_HEAD = 300;
const LONGEST_VIA = 200;

const BLANK = 32;
const COLON = 58;
const OPENING = 91;
const UPPER_T = 84;

const isDigit = (code: number): boolean => code >= 48 && code < 58;
const isUpper = (code: number): boolean => code >= 65 && code < 91;
const isLower = (code: number): boolean => code >= 97 && code < 123;

/**
 * Reads the log of a mail server as it comes, and counts what the receivers made of our mail. Work and memory
 * grow with what is different in it, never with its lines.
 */
export class Scanner {
  #options: ScanOptions;
  #cutter: LineCutter;
  #minutes: Minutes;
  #receivers: Receivers;
  #replies: KnownReplies;
  #gathering = new Gathering();
  #readers = openReaders();
  #readPowermta: ReturnType<typeof powermtaReader>;
  #journal = new JournalExport();
  #sources = new Map<string, Source>();
  #acceptances = new Map<number, Finding>();
  #address: string | null;
  #told = false;

  // The line that is being read: its host and where it came from, its stamp.
  #host = '';
  #via = '';
  #text = '';
  #stampTo = 0;
  #stampKind: StampKind = 'any';
  #minute: string | null = null;

  constructor(options: ScanOptions) {
    const clock = (): Clock => clockIn(options.timeZone, options.now());
    this.#options = options;
    this.#address = options.address === undefined ? null : publicIp(options.address);
    this.#minutes = new Minutes(clock);
    this.#receivers = new Receivers(options.catalogue);
    this.#replies = new KnownReplies(options.catalogue, this.#receivers);
    this.#readPowermta = powermtaReader(clock, (stamp) => {
      this.#minute = this.#minutes.of('any', stamp, stamp.length);
    });
    this.#cutter = new LineCutter(
      (text, from, to) => this.#line(text, from, to),
      () => this.#passedOver(),
    );
    this.#clock = clock;
  }

  #clock: () => Clock;

  /** The next octets of the log, cut anywhere. */
  push(chunk: Buffer): void {
    this.#cutter.push(chunk);
  }

  /** The log has ended: its last line may lack a line end. */
  finish(): void {
    this.#cutter.finish();
    this.#endEntry();
  }

  /** How many rows wait to be taken. */
  get waiting(): number {
    return this.#gathering.size;
  }

  /** What was gathered since the last time, as much as one batch holds; the rest comes the next time. */
  take(): Observation[] {
    this.#minutes.forget();
    return this.#gathering.take();
  }

  #passedOver(): void {
    if (!this.#told) this.#options.tell?.('A line was longer than any log line and was passed over.');
    this.#told = true;
  }

  #line(text: string, from: number, to: number): void {
    const first = text.charCodeAt(from);
    if (isUpper(first) && text.charCodeAt(from + 3) === BLANK) {
      this.#syslog(text, from, from + 15, to, 'syslog');
    } else if (isDigit(first) && text.charCodeAt(from + 10) === UPPER_T) {
      const blank = this.#blank(text, from + 19, to);
      if (text.charCodeAt(blank + 1) === OPENING) this.#own(text, from, blank, to, this.#readers.haraka);
      else this.#syslog(text, from, blank, to, 'iso');
    } else this.#other(text.slice(from, to), first);
  }

  /** The next blank within a line, or its end. */
  #blank(text: string, from: number, to: number): number {
    let at = from;
    while (at < to && text.charCodeAt(at) !== BLANK) at += 1;
    return at;
  }

  /** `STAMP HOST PROGRAM[PID]: MESSAGE` */
  #syslog(text: string, from: number, stampTo: number, to: number, kind: StampKind): void {
    const name = stampTo + 1;
    const most = Math.min(to, name + LONGEST_HEAD);
    let end = this.#blank(text, name, most) + 1;
    for (let code = 0; end < most; end += 1) {
      code = text.charCodeAt(end);
      if (code === OPENING || code === COLON) break;
    }
    if (end >= most) return;
    const { read, host, via } = this.#source(text.slice(name, end));
    if (read === null) return;
    const line = text.slice(from, to);
    const colon = line.indexOf(': ', end - from);
    if (colon < 0 || colon > end - from + 16) return;
    this.#host = host;
    this.#via = via;
    this.#text = line;
    this.#stampTo = stampTo - from;
    this.#stampKind = kind;
    this.#minute = null;
    read(line, colon + 2, this.#sink);
  }

  #source(name: string): Source {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const blank = name.indexOf(' ');
    const source = {
      host: decoded(name.slice(0, blank)),
      via: decoded(ownCopy(name)).slice(0, LONGEST_VIA),
      read: readerOf(name.slice(blank + 1), this.#readers),
    };
    if (this.#sources.size >= MOST_SOURCES) this.#sources.clear();
    this.#sources.set(ownCopy(name), source);
    return source;
  }

  /** A line of a log that a program writes by itself: there is no host in it. */
  #own(text: string, from: number, stampTo: number, to: number, read: Reader): void {
    const line = text.slice(from, to);
    this.#unnamed(line, stampTo - from);
    read(line, stampTo - from + 1, this.#sink);
  }

  #unnamed(line: string, stampTo: number): void {
    this.#host = this.#options.host ?? '';
    this.#via = this.#host;
    this.#text = line;
    this.#stampTo = stampTo;
    this.#stampKind = stampTo >= 19 && isDigit(line.charCodeAt(0)) ? 'iso' : 'any';
    this.#minute = null;
  }

  /** Lines of the rarer kinds, known by their first characters. */
  #other(line: string, first: number): void {
    if (this.#journal.isOpen && line === '') this.#endEntry();
    else if (first === 123) this.#json(line);
    else if (isDigit(first)) this.#dated(line);
    else if (first === 64) this.#tai(line);
    else if (first === OPENING || line.startsWith('level=')) {
      this.#unnamed(line, 0);
      this.#readers.haraka(line, 0, this.#sink);
    } else if (this.#journal.takes(line)) return;
    else if (isLower(first) && /^[a-z]{1,4},/.test(line)) {
      this.#unnamed(line, 0);
      this.#readPowermta(line, this.#sink);
    } else this.#prefixed(line, first);
  }

  /** `2026-01-09 08:00:01`, possibly with fraction and zone: Exim, or qmail with its stamps made readable. */
  #dated(line: string): void {
    const stamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [+-]\d{4})? /.exec(line.slice(0, 48));
    if (!stamp) return;
    const to = stamp[0].length - 1;
    const isQmail = /^(?:starting )?delivery \d/.test(line.slice(to + 1, to + 24));
    this.#own(line, 0, to, line.length, isQmail ? this.#readers.qmail : this.#readers.exim);
  }

  #tai(line: string): void {
    const blank = line.indexOf(' ');
    if (blank > 16 && blank < 32) this.#own(line, 0, blank, line.length, this.#readers.qmail);
  }

  #json(line: string): void {
    const value = parsed(decoded(line));
    if (!isRecord(value)) return;
    const entry = journalEntry(value, this.#clock());
    if (entry) this.#entry(entry);
    else if (isKumoRecord(value)) {
      this.#unnamed(line, 0);
      const minute = (found: string | null): void => {
        this.#minute = found;
      };
      readKumo(value, line, this.#clock, minute, this.#sink);
    }
  }

  #endEntry(): void {
    const entry = this.#journal.end(this.#clock());
    if (entry) this.#entry(entry);
  }

  /** An entry of the journal as the line that syslog would have written. */
  #entry({ host, program, message, at }: Entry): void {
    const { read, via } = this.#source(`${host || (this.#options.host ?? '')} ${program}`);
    if (read === null) return;
    const head = `${at ?? ''} ${host} ${program}: `.trimStart();
    this.#host = host;
    this.#via = via;
    this.#minute = at && minuteOf(at);
    this.#stampTo = 0;
    read(head + message, head.length, this.#sink);
  }

  /** What syslog's own form and containers put in front: `<22>`, `mta-1  | `. */
  #prefixed(line: string, first: number): void {
    const prefix =
      first === 60 ? /^<\d{1,3}>/.exec(line) : /^[\w.-]{1,80}\s{1,40}\| /.exec(line.slice(0, 130));
    const from = prefix?.[0].length ?? 0;
    if (from > 0 && from < line.length && !/^[\w.-]{1,80}\s{1,40}\| /.test(line.slice(from, from + 130)))
      this.#line(line, from, line.length);
  }

  #when(): string {
    const stamped = this.#stampTo === 0 ? null : this.#minutes.of(this.#stampKind, this.#text, this.#stampTo);
    return this.#minute ?? stamped ?? minuteOf(this.#options.now().toISOString());
  }

  #through({ transport }: Delivery): string {
    return transport === null ? this.#via : `${this.#host} ${transport}`.trimStart().slice(0, LONGEST_VIA);
  }

  #sink = {
    accepted: (delivery: Accepted): void => this.#accepted(delivery),
    answered: (delivery: Answered): void => this.#answered(delivery),
  };

  #accepted(delivery: Accepted): void {
    const { host, source, domains, codes } = delivery;
    const byHost = host === null ? 0 : this.#receivers.host(host);
    const address = (source === null ? null : this.#replies.address(source)) ?? this.#address;
    const [minute, via] = [this.#when(), this.#through(delivery)];
    for (const name of domains) {
      const domain = this.#receivers.domain(name);
      const finding = this.#acceptance(byHost === 0 ? domain.provider : byHost, codes);
      this.#gathering.domain(this.#gathering.count(minute, via, address, finding), domain.name);
    }
  }

  #acceptance(provider: number, codes: number): Finding {
    const key = codes * 1024 + provider;
    const known = this.#acceptances.get(key);
    if (known !== undefined) return known;
    const finding: Finding = {
      provider: this.#receivers.keys[provider] ?? null,
      outcome: 'accepted',
      reason: null,
      rule: null,
      ...spellCodes(codes),
      blockCode: null,
    };
    if (this.#acceptances.size >= MOST_FINDINGS) this.#acceptances.clear();
    this.#acceptances.set(key, finding);
    return finding;
  }

  #answered(delivery: Answered): void {
    const found = this.#replies.find(delivery);
    if (found === null) return;
    const address = found.address ?? this.#address;
    const [minute, via] = [this.#when(), this.#through(delivery)];
    const names = delivery.domains.length === 0 ? [''] : delivery.domains;
    for (const name of names) {
      const row = this.#gathering.count(minute, via, address, found.finding);
      if (name !== '') this.#gathering.domain(row, this.#receivers.domain(name).name);
      if (this.#gathering.wantsSample(row))
        row.samples.push(decoded(delivery.lines).slice(0, LONGEST_SAMPLE));
    }
  }
}

export const openScanner = (options: ScanOptions): Scanner => new Scanner(options);
