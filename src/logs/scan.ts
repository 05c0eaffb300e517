import { isRecord, parsed } from '../bounces/flat-events.ts';
import { publicIp } from '../bounces/sending-ip.ts';
import { type Clock, clockIn } from '../bounces/stamps.ts';
import { LONGEST_SAMPLE, type Observation } from '../observations/observation.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { Acceptances } from './acceptances.ts';
import type { Accepted, Answered, Delivery, Reader, Sink } from './delivery.ts';
import { Gathering, type Row, type Sender } from './gathering.ts';
import { type Entry, JournalExport, journalEntry } from './journal.ts';
import { type Answer, answerOf, type Found, KnownReplies } from './known-replies.ts';
import { LineCutter } from './lines.ts';
import { isKumoRecord, readKumo } from './makes/kumomta.ts';
import { answeredBy, openPlaces, type Places, type PostfixSink, readPostfix } from './makes/postfix.ts';
import { powermtaReader } from './makes/powermta.ts';
import type { Deliveries } from './makes/smartermail.ts';
import { Minutes, minuteOf, type StampKind } from './minutes.ts';
import { Names } from './names.ts';
import { decoded, nextOf, textAt, viewOf } from './octets.ts';
import { openReaders, type Readers, readerOf } from './programs.ts';
import { type Domain, Receivers } from './receivers.ts';
import { dayInName, timeOfDay } from './time-of-day.ts';

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
  /** What is under way in the log of the day before, where each day has one. */
  deliveries?: Deliveries;
  /** Is told, in a plain sentence and once, what was passed over. */
  tell?: (note: string) => void;
};

/** Where lines come from, as syslog names it, who reads them, and whose deliveries they tell of for the most. */
type Source = { host: string; via: string; read: Reader | 'postfix' | null; sender: Sender | null };

const LONGEST_HEAD = 300;
const LONGEST_PID = 16;
const LONGEST_VIA = 200;

const NO_DOMAIN: Domain = { name: '', number: 0, provider: 0 };

const BLANK = 32;
const COLON = 58;
const OPENING = 91;
const UPPER_T = 84;

const LONGEST_STAMP = 60;
const SMARTERMAIL = /^\d\d:\d\d:\d\d(?:\.\d{1,3})? (?=\[\d{2,12}(?:-\d{1,4})?\] )/;
/** As its own search shows lines of several days. */
const SMARTERMAIL_DATED = /^\[\d{4}\.\d\d\.\d\d\] \d\d:\d\d:\d\d(?:\.\d{1,3})? \[\d{2,12}(?:-\d{1,4})?\] /;

const ownOctets = (line: string): Buffer => Buffer.from(line, 'latin1');

const isDigit = (code: number): boolean => code >= 48 && code < 58;
const isUpper = (code: number): boolean => code >= 65 && code < 91;
const isLower = (code: number): boolean => code >= 97 && code < 123;

/**
 * Reads the log of a mail server as it comes, and counts what the receivers made of our mail. Work and memory
 * grow with what is different in it, never with its lines.
 */
export class Scanner {
  #options: ScanOptions;
  #clock: () => Clock;
  #cutter: LineCutter;
  #minutes: Minutes;
  #receivers: Receivers;
  #replies: KnownReplies;
  #gathering = new Gathering();
  #readers: Readers;
  #readPowermta: ReturnType<typeof powermtaReader>;
  #journal = new JournalExport();
  #sources = new Names((name) => this.#sourceOf(name));
  #acceptances: Acceptances;
  #places = openPlaces();
  /** What is told of the line in `#places`; one is used for all lines. */
  #answer: Answer;
  #address: string | null;
  /** That the log's name has. */
  #day: string | null;
  /** Of lines that do not name it. */
  #unnamedSource: Source;
  #told = false;

  // The line that is being read: its host and where it came from, its stamp.
  #host = '';
  #source: Source;
  #octets: Buffer = Buffer.alloc(0);
  #stampFrom = 0;
  #stampTo = 0;
  #stampKind: StampKind = 'any';
  #minute: string | null = null;

  constructor(options: ScanOptions) {
    const clock = (): Clock => clockIn(options.timeZone, options.now());
    this.#options = options;
    this.#readers = openReaders(options.deliveries);
    this.#clock = clock;
    this.#address = options.address === undefined ? null : publicIp(options.address);
    this.#day = dayInName(options.file ?? '');
    const host = options.host ?? '';
    this.#unnamedSource = { host, via: host, read: null, sender: null };
    this.#source = this.#unnamedSource;
    this.#minutes = new Minutes(clock);
    this.#receivers = new Receivers(options.catalogue);
    this.#acceptances = new Acceptances(this.#receivers.keys);
    this.#replies = new KnownReplies(options.catalogue, this.#receivers);
    const places = this.#places;
    this.#answer = { places, putOff: false, source: null, inWords: () => answeredBy(places) };
    this.#readPowermta = powermtaReader(clock, (stamp) => {
      this.#minute = this.#minutes.read(stamp);
    });
    this.#cutter = new LineCutter(
      (octets, from, to) => this.#line(octets, from, to),
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

  #line(octets: Buffer, from: number, to: number): void {
    const first = octets[from] ?? 0;
    if (isUpper(first) && octets[from + 3] === BLANK) this.#syslog(octets, from, from + 15, to, 'syslog');
    else if (isDigit(first) && octets[from + 10] === UPPER_T) {
      const blank = this.#blank(octets, from + 19, to);
      if (octets[blank + 1] === OPENING) this.#own(octets, from, blank, to, this.#readers.haraka);
      else this.#syslog(octets, from, blank, to, 'iso');
    } else this.#other(octets, from, to, first);
  }

  /** The next blank within a line, or its end. */
  #blank(octets: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && octets[at] !== BLANK) at += 1;
    return at;
  }

  /** `STAMP HOST PROGRAM[PID]: MESSAGE` */
  #syslog(octets: Buffer, from: number, stampTo: number, to: number, kind: StampKind): void {
    const name = stampTo + 1;
    const most = Math.min(to, name + LONGEST_HEAD);
    const view = this.#viewOf(octets);
    // The host may hold colons: it is an address at times.
    const end = nextOf(view, OPENING, COLON, nextOf(view, BLANK, BLANK, name, most), most);
    if (end >= most) return;
    const source = this.#sources.get(view, name, end);
    const { read } = source;
    if (read === null) return;
    // `[PID]: `, or `: `
    let colon = end;
    while (octets[colon] !== COLON && colon < end + LONGEST_PID) colon += 1;
    this.#host = source.host;
    this.#source = source;
    this.#stamped(octets, from, stampTo, kind);
    if (read === 'postfix') this.#postfix(octets, from, to, colon + 2);
    else read(textAt(octets, from, to), colon + 2 - from, this.#sink);
  }

  #stamped(octets: Buffer, from: number, to: number, kind: StampKind): void {
    this.#octets = octets;
    this.#stampFrom = from;
    this.#stampTo = to;
    this.#stampKind = kind;
    this.#minute = null;
  }

  /** Lines come from the same octets many times. */
  #viewOf(octets: Buffer): DataView {
    if (this.#places.octets !== octets) this.#places.view = viewOf(octets);
    this.#places.octets = octets;
    return this.#places.view;
  }

  #postfix(octets: Buffer, from: number, to: number, message: number): void {
    this.#viewOf(octets);
    this.#places.from = from;
    this.#places.to = to;
    readPostfix(this.#places, message, this.#sink);
  }

  #sourceOf(name: string): Source {
    const blank = name.indexOf(' ');
    return {
      host: decoded(name.slice(0, blank)),
      via: decoded(name).slice(0, LONGEST_VIA),
      read: readerOf(name.slice(blank + 1), this.#readers),
      sender: null,
    };
  }

  /** A line of a log that a program writes by itself: there is no host in it. */
  #own(octets: Buffer, from: number, stampTo: number, to: number, read: Reader): void {
    this.#unnamed(octets, from, stampTo);
    read(textAt(octets, from, to), stampTo - from + 1, this.#sink);
  }

  #unnamed(octets: Buffer, from: number, stampTo: number): void {
    this.#host = this.#unnamedSource.host;
    this.#source = this.#unnamedSource;
    const isIso = stampTo - from >= 19 && isDigit(octets[from] as number);
    this.#stamped(octets, from, stampTo, isIso ? 'iso' : 'any');
  }

  /** Lines of the rarer kinds, known by their first characters. */
  #other(octets: Buffer, from: number, to: number, first: number): void {
    const line = textAt(octets, from, to);
    if (this.#journal.isOpen && line === '') this.#endEntry();
    else if (first === 123) this.#json(octets, from, line);
    else if (isDigit(first)) this.#dated(octets, from, to, line);
    else if (first === 64) this.#tai(octets, from, to, line);
    else if (first === OPENING && SMARTERMAIL_DATED.test(line.slice(0, LONGEST_STAMP)))
      this.#own(octets, from, from + line.indexOf(' [', 1), to, this.#readers.smartermail);
    else if (first === OPENING || line.startsWith('level=')) {
      this.#unnamed(octets, from, from);
      this.#readers.haraka(line, 0, this.#sink);
    } else if (this.#journal.takes(line)) return;
    else if (isLower(first) && /^[a-z]{1,4},/.test(line)) {
      this.#unnamed(octets, from, from);
      this.#readPowermta(line, this.#sink);
    } else this.#prefixed(line, first);
  }

  /** `2026-01-09 08:00:01`, possibly with fraction and zone: Exim, or qmail with its stamps made readable. */
  #dated(octets: Buffer, from: number, to: number, line: string): void {
    const stamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [+-]\d{4})? /.exec(line.slice(0, 48));
    if (!stamp) {
      this.#timed(octets, from, line);
      return;
    }
    const stampTo = stamp[0].length - 1;
    const isQmail = /^(?:starting )?delivery \d/.test(line.slice(stampTo + 1, stampTo + 24));
    this.#own(octets, from, from + stampTo, to, isQmail ? this.#readers.qmail : this.#readers.exim);
  }

  /** `08:00:01.123 [12345] `: SmarterMail, which has a file for each day. */
  #timed(octets: Buffer, from: number, line: string): void {
    const time = SMARTERMAIL.exec(line.slice(0, LONGEST_STAMP))?.[0];
    if (time === undefined) return;
    this.#unnamed(octets, from, from);
    const at = timeOfDay(time.trimEnd(), this.#day, this.#clock());
    this.#minute = at && minuteOf(at);
    this.#readers.smartermail(line, time.length, this.#sink);
  }

  #tai(octets: Buffer, from: number, to: number, line: string): void {
    const blank = line.indexOf(' ');
    if (blank > 16 && blank < 32) this.#own(octets, from, from + blank, to, this.#readers.qmail);
  }

  #json(octets: Buffer, from: number, line: string): void {
    const value = parsed(decoded(line));
    if (!isRecord(value)) return;
    const entry = journalEntry(value, this.#clock());
    if (entry) this.#entry(entry);
    else if (isKumoRecord(value)) {
      this.#unnamed(octets, from, from);
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
    const source = this.#sources.of(`${host || (this.#options.host ?? '')} ${program}`);
    const { read } = source;
    if (read === null) return;
    const head = `${at ?? ''} ${host} ${program}: `.trimStart();
    this.#host = host;
    this.#source = source;
    this.#minute = at && minuteOf(at);
    this.#stampTo = this.#stampFrom;
    const line = head + message;
    if (read === 'postfix') this.#postfix(ownOctets(line), 0, line.length, head.length);
    else read(line, head.length, this.#sink);
  }

  /** What syslog's own form and containers put in front: `<22>`, `mta-1  | `. */
  #prefixed(line: string, first: number): void {
    const prefix =
      first === 60 ? /^<\d{1,3}>/.exec(line) : /^[\w.-]{1,80}\s{1,40}\| /.exec(line.slice(0, 130));
    const from = prefix?.[0].length ?? 0;
    if (from > 0 && from < line.length && !/^[\w.-]{1,80}\s{1,40}\| /.test(line.slice(from, from + 130)))
      this.#line(ownOctets(line), from, line.length);
  }

  #when(): string {
    const stamped =
      this.#stampTo > this.#stampFrom
        ? this.#minutes.of(
            this.#stampKind,
            this.#octets,
            this.#viewOf(this.#octets),
            this.#stampFrom,
            this.#stampTo,
          )
        : null;
    return this.#minute ?? stamped ?? minuteOf(this.#options.now().toISOString());
  }

  #through({ transport }: Delivery): string {
    return transport === null
      ? this.#source.via
      : `${this.#host} ${transport}`.trimStart().slice(0, LONGEST_VIA);
  }

  /** Of deliveries that are through the line's own source, by our own address. */
  #usualSender(): Sender {
    const { sender, via } = this.#source;
    if (sender !== null && this.#gathering.isCurrent(sender)) return sender;
    this.#source.sender = this.#gathering.sender(via, this.#address);
    return this.#source.sender;
  }

  #sink: Sink & PostfixSink = {
    accepted: (delivery) => this.#accepted(delivery),
    answered: (delivery) => this.#answered(delivery),
    sent: (places, codes) => {
      const to = this.#domainAt(places);
      if (to !== NO_DOMAIN) this.#sent(this.#hostAt(places), to, codes, this.#usualSender());
    },
    refused: (places) => this.#refused(places),
  };

  #domainAt({ view, domain, domainEnd }: Places): Domain {
    return domainEnd > domain ? this.#receivers.domains.get(view, domain, domainEnd) : NO_DOMAIN;
  }

  #hostAt({ view, host, hostEnd }: Places): number {
    return hostEnd > host ? this.#receivers.hosts.get(view, host, hostEnd) : 0;
  }

  #accepted(delivery: Accepted): void {
    const { host, source, domains, codes } = delivery;
    const byHost = host === null ? 0 : this.#receivers.hosts.of(host);
    const address = (source === null ? null : this.#replies.addresses.of(source)) ?? this.#address;
    const sender = this.#gathering.sender(this.#through(delivery), address);
    for (const name of domains) this.#sent(byHost, this.#receivers.domains.of(name), codes, sender);
  }

  #sent(byHost: number, domain: Domain, codes: number, sender: Sender): void {
    const finding = this.#acceptances.of(byHost === 0 ? domain.provider : byHost, codes);
    this.#gathering.count(this.#when(), sender, finding, domain);
  }

  #answered(delivery: Answered): void {
    const { host } = delivery;
    const domains = delivery.domains.map((name) => this.#receivers.domains.of(name));
    const byHost = host === null ? 0 : this.#receivers.hosts.of(host);
    const found = this.#replies.find(answerOf(delivery), byHost, domains[0]?.provider ?? 0);
    if (found === null) return;
    const via = this.#through(delivery);
    for (const domain of domains.length === 0 ? [NO_DOMAIN] : domains) {
      const row = this.#countFound(found, via, domain);
      if (row.wantsSample) this.#addSample(row, delivery.lines.slice(0, LONGEST_SAMPLE));
    }
  }

  #addSample(row: Row, lines: string): void {
    this.#gathering.addSample(row, ownOctets(lines), 0, lines.length);
  }

  #refused(places: Places): void {
    const domain = this.#domainAt(places);
    this.#answer.putOff = places.putOff;
    const found = this.#replies.find(this.#answer, this.#hostAt(places), domain.provider);
    if (found === null) return;
    const row = this.#countFound(found, this.#source.via, domain);
    const { octets, from, to } = places;
    if (row.wantsSample) this.#gathering.addSample(row, octets, from, Math.min(to, from + LONGEST_SAMPLE));
  }

  #countFound({ finding, address }: Found, via: string, domain: Domain): Row {
    const sender = this.#gathering.sender(via, address ?? this.#address);
    return this.#gathering.count(this.#when(), sender, finding, domain);
  }
}

export const openScanner = (options: ScanOptions): Scanner => new Scanner(options);
