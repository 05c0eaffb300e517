import { Fingerprint } from './fingerprint.ts';
import { isAt, sameAt, textAt, viewOf } from './octets.ts';

/**
 * A reply where it stands among octets, and where the receiving host, its address and the recipient's domain
 * stand, which many replies repeat: nowhere, where their ends are where they begin.
 */
export type Placed = {
  octets: Buffer;
  /** The same octets, to be read four at a time. */
  view: DataView;
  reply: number;
  to: number;
  host: number;
  hostEnd: number;
  hostIp: number;
  hostIpEnd: number;
  domain: number;
  domainEnd: number;
};

/** The words around a reply. */
export type Around = { host: string | null; hostIp: string | null; domain: string | null };

/** A reply and the words around it, put one behind the other. */
export function placed(words: string, { host, hostIp, domain }: Around): Placed {
  const hostEnd = host?.length ?? 0;
  const hostIpEnd = hostEnd + (hostIp?.length ?? 0);
  const reply = hostIpEnd + (domain?.length ?? 0);
  const octets = Buffer.from(`${host ?? ''}${hostIp ?? ''}${domain ?? ''}${words}`, 'latin1');
  return {
    octets,
    view: viewOf(octets),
    reply,
    to: octets.length,
    host: 0,
    hostEnd,
    hostIp: hostEnd,
    hostIpEnd,
    domain: hostIpEnd,
    domainEnd: reply,
  };
}

const DIGIT = 1;
const LETTER = 2;
const POINT = 4;
const COLON = 8;
const AT = 16;
/** Other characters within words. */
const OTHER = 32;
const CONTROL = 64;
/** Said of letters besides: it is no hexadecimal digit. */
const BEYOND_F = 128;

/** Words that have one of these are looked at more closely; words of letters alone stay. */
const VARIES = DIGIT | POINT | AT;

const KINDS = new Uint8Array(256);
for (let code = 0; code < 256; code += 1) {
  const char = String.fromCharCode(code);
  if (/\d/.test(char)) KINDS[code] = DIGIT;
  else if (/[a-f]/i.test(char)) KINDS[code] = LETTER;
  else if (/[a-z]/i.test(char)) KINDS[code] = LETTER | BEYOND_F;
  else if (code > 0 && code < 32 && char !== '\t') KINDS[code] = CONTROL;
}
for (const [char, kind] of Object.entries({
  '.': POINT,
  ':': COLON,
  '@': AT,
  '-': OTHER,
  _: OTHER,
  '+': OTHER,
}))
  KINDS[char.charCodeAt(0)] = kind;

const kindAt = (octets: Uint8Array, at: number): number => KINDS[octets[at] as number] as number;

/**
 * Whether four octets are blanks, letters or other ASCII behind the `@`, and so make no word vary. The highest
 * bit of each is set by a blank, or by adding what takes an `A` there; none has it before.
 */
function arePlain(four: number): boolean {
  const noBlanks = four ^ 0x20202020;
  const blanks = (noBlanks - 0x01010101) & ~noBlanks;
  return (four & 0x80808080) === 0 && ((blanks | (four + 0x3f3f3f3f)) & 0x80808080) === (0x80808080 | 0);
}

function kindsOf(octets: Uint8Array, from: number, to: number): number {
  let kinds = 0;
  for (let at = from; at < to; at += 1) kinds |= kindAt(octets, at);
  return kinds;
}

/** Marks, and what stands for each when the outline is read as a reply. */
const ADDRESS_4 = 1;
const ADDRESS_6 = 2;
const MAIL = 3;
const ID = 4;
const NUMBER = 5;
const HOST = 6;
const STANDS_FOR: Record<number, string> = {
  [MAIL]: 'user1@example.org',
  [ID]: '7f3a9c0b5d2e4a61',
  [NUMBER]: '1000000000',
  [HOST]: 'mx.example.org',
};

/** Longer replies are read each by itself. */
const LONGEST_OUTLINED = 4000;
const MOST_ADDRESSES = 24;

/** An id of so many characters needs no more than two digits to be one. */
const LONG_ID = 13;
const FEW_DIGITS = 2;
const SHORT_ID = 8;
/** Letters and digits take turns in ids, and not in codes such as `S3140`. */
const MANY_TURNS = 4;
const HOST_TURNS = 2;
/** Shorter numbers are codes, and parts of links, more often than times. */
const LONG_NUMBER = 10;
/** The label of a host that is one of many alike has so many digits: `mta1088`. */
const MANY_DIGITS = 3;

const LONGEST_V4 = 15;
const IPV6 = /^[\da-f]{0,4}:[\da-f:.]{2,44}$/i;
/** What looks like an address and tells something: Yahoo's error pages, and what a DNS list answered. */
const YAHOO_MARK = Buffer.from('4.16.');
const LIST_ANSWER = Buffer.from('127.');
const DATE_OR_TIME = /^\d{1,4}(?:[-:]\d{1,4}){2,3}$/;
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/;

/** Four runs of one to three digits with points between. */
function isV4(octets: Uint8Array, from: number, to: number): boolean {
  if (to - from > LONGEST_V4 || isAt(octets, from, YAHOO_MARK) || isAt(octets, from, LIST_ANSWER))
    return false;
  let run = 0;
  let points = 0;
  for (let at = from; at < to; at += 1) {
    const isPoint = kindAt(octets, at) === POINT;
    if (isPoint ? run === 0 : run === 3) return false;
    points += isPoint ? 1 : 0;
    run = isPoint ? 0 : run + 1;
  }
  return points === 3 && run > 0;
}

function isV6(octets: Buffer, from: number, to: number, kinds: number): boolean {
  if ((kinds & (BEYOND_F | OTHER | AT)) !== 0) return false;
  const word = textAt(octets, from, to);
  return IPV6.test(word) && (word.includes('::') || word.split(':').length === 8);
}

/** A date, a time or both. */
function isTime(octets: Buffer, from: number, to: number): boolean {
  if (kindAt(octets, from) !== DIGIT) return false;
  const word = textAt(octets, from, to);
  return DATE_OR_TIME.test(word) || STAMP.test(word);
}

/** How often letters and digits take turns, and how many digits there are. */
function isId(octets: Uint8Array, from: number, to: number, inHost: boolean): boolean {
  let digits = 0;
  let turns = 0;
  let run = 0;
  let longestRun = 0;
  let last = 0;
  for (let at = from; at < to; at += 1) {
    const kind = kindAt(octets, at) & (DIGIT | LETTER);
    run = kind === DIGIT ? run + 1 : 0;
    if (run > longestRun) longestRun = run;
    if (kind === DIGIT) digits += 1;
    if (kind === 0) continue;
    if (last !== 0 && kind !== last) turns += 1;
    last = kind;
  }
  if (digits === 0) return false;
  if (inHost && longestRun >= MANY_DIGITS) return true;
  return (
    (to - from >= LONG_ID && digits >= FEW_DIGITS) ||
    (to - from >= SHORT_ID && turns >= (inHost ? HOST_TURNS : MANY_TURNS))
  );
}

const isHost = ({ octets, host, hostEnd }: Placed, from: number, to: number): boolean =>
  hostEnd - host === to - from && sameAt(octets, host, from, to - from);

/** The recipient's domain, or a host below it. */
function isPartOfDomain({ octets, domain, domainEnd }: Placed, from: number, to: number): boolean {
  const length = domainEnd - domain;
  const start = to - length;
  if (length === 0 || start < from || !sameAt(octets, domain, start, length)) return false;
  return start === from || kindAt(octets, start - 1) === POINT;
}

/** A file that is named by the recipient's domain, as in the links of greylists. */
function isNamedByDomain({ octets, domain, domainEnd }: Placed, from: number, to: number): boolean {
  const length = domainEnd - domain;
  return (
    length > 0 &&
    to - from > length &&
    kindAt(octets, from + length) === POINT &&
    sameAt(octets, domain, from, length)
  );
}

/** Words end before a point, a colon or a dash; two colons are the end of an address. */
function endOfWord(octets: Uint8Array, start: number, behind: number): number {
  let end = behind;
  for (; end > start; end -= 1) {
    const kind = kindAt(octets, end - 1);
    if ((kind & (DIGIT | LETTER)) !== 0) break;
    if (kind === COLON && end - 1 > start && kindAt(octets, end - 2) === COLON) break;
  }
  return end;
}

/** Is told what is cut out and what mark is put there, from the left to the right. */
type Cut = (from: number, to: number, mark: number) => void;

/**
 * The outlines of replies, one after the other: a reply without what differs from one mail to the next:
 * addresses, ids of messages and sessions, times, the recipient. Thousands of lines have the same outline, and
 * mean the same. No text is made for it: most are known by their number.
 */
export class Outliner {
  #placed: Placed = placed('', { host: null, hostIp: null, domain: null });
  #fingerprint = new Fingerprint();
  #copied = 0;
  #cut: Cut | null = null;
  /** The IP addresses that were cut out, in their order: where each begins and ends. */
  #addresses = new Int32Array(2 * MOST_ADDRESSES);
  #count = 0;

  /** False for a reply that is too long, or that holds control characters. */
  read(reply: Placed, receiver: number, cut: Cut | null = null): boolean {
    const { octets, view, to } = reply;
    if (to - reply.reply > LONGEST_OUTLINED) return false;
    this.#placed = reply;
    this.#copied = reply.reply;
    this.#cut = cut;
    this.#count = 0;
    this.#fingerprint.start(receiver);
    for (let at = reply.reply; at < to; ) {
      // Most words are of letters alone, so what is looked for is what makes one worth a look, four at a time.
      while (at + 4 < to && arePlain(view.getInt32(at, true))) at += 4;
      const kind = kindAt(octets, at);
      if ((kind & (VARIES | CONTROL)) === 0) at += 1;
      else if (kind === CONTROL) return false;
      else at = this.#word(at);
    }
    this.#fingerprint.octets(view, this.#copied, to);
    return this.#count <= MOST_ADDRESSES;
  }

  /** The same for the same outline of the same receiver, and for no other. */
  get key(): number {
    return this.#fingerprint.key;
  }

  /** How many addresses were cut out. */
  get addresses(): number {
    return this.#count;
  }

  /** Where an address begins, and where it ends. */
  addressFrom(place: number): number {
    return this.#addresses[2 * place] as number;
  }

  addressTo(place: number): number {
    return this.#addresses[2 * place + 1] as number;
  }

  /** The word around a place; where it ends. */
  #word(at: number): number {
    const { octets, reply, to } = this.#placed;
    let start = at;
    while (start > reply && kindAt(octets, start - 1) !== 0) start -= 1;
    let kinds = 0;
    let behind = start;
    for (; behind < to; behind += 1) {
      const kind = kindAt(octets, behind);
      if (kind === 0 || kind === CONTROL) break;
      kinds |= kind;
    }
    const end = endOfWord(octets, start, behind);
    // What ends a word counts no more.
    if (end !== behind) kinds = kindsOf(octets, start, end);
    if ((kinds & VARIES) !== 0) this.#cutWord(start, end, kinds);
    return behind;
  }

  #put(from: number, to: number, mark: number): void {
    this.#fingerprint.octets(this.#placed.view, this.#copied, from);
    this.#fingerprint.mark(mark);
    this.#copied = to;
    this.#cut?.(from, to, mark);
  }

  #putAddress(from: number, to: number, mark: number): void {
    if (this.#count < MOST_ADDRESSES) {
      this.#addresses[2 * this.#count] = from;
      this.#addresses[2 * this.#count + 1] = to;
    }
    this.#count += 1;
    this.#put(from, to, mark);
  }

  #cutWord(from: number, to: number, kinds: number): void {
    const { octets } = this.#placed;
    if (kinds === DIGIT) {
      if (to - from >= LONG_NUMBER) this.#put(from, to, NUMBER);
    } else if ((kinds & COLON) !== 0) this.#cutAtColons(from, to, kinds);
    else if ((kinds & AT) !== 0) this.#cutMail(from, to, kinds);
    else if (kinds === (DIGIT | POINT)) {
      if (isV4(octets, from, to)) this.#putAddress(from, to, ADDRESS_4);
    } else if ((kinds & POINT) !== 0) this.#cutLabels(from, to, kinds);
    else if (to - from < SHORT_ID || (kinds & DIGIT) === 0) return;
    else if ((kinds & LETTER) === 0 && isTime(octets, from, to)) this.#put(from, to, NUMBER);
    else if (isId(octets, from, to, false)) this.#put(from, to, ID);
  }

  /** Addresses of version 6, times, and words that others are tied to by a colon. */
  #cutAtColons(from: number, to: number, kinds: number): void {
    const { octets } = this.#placed;
    if (isV6(octets, from, to, kinds)) {
      this.#putAddress(from, to, ADDRESS_6);
      return;
    }
    if (isTime(octets, from, to)) {
      this.#put(from, to, NUMBER);
      return;
    }
    let start = from;
    for (let at = from; at <= to; at += 1) {
      if (at < to && kindAt(octets, at) !== COLON) continue;
      this.#cutWord(start, at, kindsOf(octets, start, at));
      start = at + 1;
    }
  }

  #cutMail(from: number, to: number, kinds: number): void {
    const { octets } = this.#placed;
    let domain = to;
    while (kindAt(octets, domain - 1) !== AT) domain -= 1;
    if ((kinds & DIGIT) !== 0 || isPartOfDomain(this.#placed, domain, to)) this.#put(from, to, MAIL);
  }

  /** A word with points in it: a host, or what cannot be told from one; of its labels, those that vary go. */
  #cutLabels(from: number, to: number, kinds: number): void {
    const { octets } = this.#placed;
    const isKnown =
      isHost(this.#placed, from, to) ||
      isPartOfDomain(this.#placed, from, to) ||
      isNamedByDomain(this.#placed, from, to);
    if (isKnown) this.#put(from, to, HOST);
    else if ((kinds & DIGIT) === 0) return;
    else if ((kindAt(octets, to - 1) & LETTER) === 0) {
      if (isId(octets, from, to, false)) this.#put(from, to, ID);
    } else this.#cutEachLabel(from, to);
  }

  #cutEachLabel(from: number, to: number): void {
    const { octets } = this.#placed;
    let start = from;
    for (let at = from; at <= to; at += 1) {
      if (at < to && kindAt(octets, at) !== POINT) continue;
      if (isId(octets, start, at, true)) this.#put(start, at, ID);
      start = at + 1;
    }
  }
}

const outliner = new Outliner();

/** The outline as a text, with a mark in the place of each part that was cut out. */
export function outlineText(reply: Placed): string {
  const { octets } = reply;
  let text = '';
  let copied = reply.reply;
  outliner.read(reply, 0, (from, to, mark) => {
    text += textAt(octets, copied, from) + String.fromCharCode(mark);
    copied = to;
  });
  return text + textAt(octets, copied, reply.to);
}

/** An address of the documentation, another one for each place. */
export const standInAddress = (place: number, isFour: boolean): string =>
  isFour ? `198.51.100.${place + 1}` : `2001:db8::${(place + 1).toString(16)}`;

/** The outline as a reply again, with words that mean nothing in the place of what was cut out. */
export function standIn(outlined: string): string {
  let place = -1;
  return outlined.replace(/[\x01-\x06]/g, (char) => {
    const mark = char.charCodeAt(0);
    if (mark !== ADDRESS_4 && mark !== ADDRESS_6) return STANDS_FOR[mark] ?? '';
    place += 1;
    return standInAddress(place, mark === ADDRESS_4);
  });
}
