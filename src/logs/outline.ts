import { Fingerprint } from './fingerprint.ts';
import { octetsOf } from './octets.ts';

/**
 * A reply without what differs from one mail to the next: addresses, ids of messages and sessions, times, the
 * recipient. Thousands of lines have the same outline, and mean the same.
 */
export type Outline = {
  /** The same for the same outline of the same receiver, and for no other. */
  key: number;
  /** The IP addresses that were cut out, in their order. */
  addresses: string[];
};

const DIGIT = 1;
const LETTER = 2;
const POINT = 4;
const COLON = 8;
const AT = 16;
/** Other characters within words. */
const OTHER = 32;
const CONTROL = 64;

/** Words that have one of these are looked at more closely; words of letters alone stay. */
const VARIES = DIGIT | POINT | AT;

const KINDS = new Uint8Array(256);
for (let code = 0; code < 256; code += 1) {
  const char = String.fromCharCode(code);
  if (/\d/.test(char)) KINDS[code] = DIGIT;
  else if (/[a-z]/i.test(char)) KINDS[code] = LETTER;
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

/** Of octets; what is none has no kind. */
const kindAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  return code < 256 ? (KINDS[code] as number) : 0;
};

/** Marks, and what stands for each when the outline is read as a reply. */
const ADDRESS_4 = '\x01';
const ADDRESS_6 = '\x02';
const MAIL = '\x03';
const ID = '\x04';
const NUMBER = '\x05';
const HOST = '\x06';
const STANDS_FOR: Record<string, string> = {
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
const TELLING = /^(?:4\.16|127)\./;
const DATE_OR_TIME = /^\d{1,4}(?:[-:]\d{1,4}){2,3}$/;
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/;

/** The words around: the receiving host and the recipient's domain, which many replies repeat. */
export type Around = { host: string | null; domain: string | null };

/** Four runs of one to three digits with points between. */
function isV4(word: string): boolean {
  if (word.length > LONGEST_V4 || TELLING.test(word)) return false;
  let run = 0;
  let points = 0;
  for (let at = 0; at < word.length; at += 1) {
    const isPoint = kindAt(word, at) === POINT;
    if (isPoint ? run === 0 : run === 3) return false;
    points += isPoint ? 1 : 0;
    run = isPoint ? 0 : run + 1;
  }
  return points === 3 && run > 0;
}

const isV6 = (word: string): boolean =>
  IPV6.test(word) && (word.includes('::') || word.split(':').length === 8);

/** How often letters and digits take turns, and how many digits there are. */
function isIdAt(word: string, from: number, to: number, inHost: boolean): boolean {
  let digits = 0;
  let turns = 0;
  let run = 0;
  let longestRun = 0;
  let last = 0;
  for (let at = from; at < to; at += 1) {
    const kind = kindAt(word, at);
    run = kind === DIGIT ? run + 1 : 0;
    if (run > longestRun) longestRun = run;
    if (kind === DIGIT) digits += 1;
    if (kind !== DIGIT && kind !== LETTER) continue;
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

const isPartOf = (word: string, domain: string | null): boolean =>
  domain !== null &&
  word.endsWith(domain) &&
  (word.length === domain.length || kindAt(word, word.length - domain.length - 1) === POINT);

/** A file that is named by the recipient's domain, as in the links of greylists. */
const isNamedBy = (word: string, domain: string | null): boolean =>
  domain !== null &&
  word.length > domain.length &&
  word.startsWith(domain) &&
  kindAt(word, domain.length) === POINT;

/** A word with points in it: a host, or what cannot be told from one; of its labels, those that vary go. */
function cutLabels(word: string, kinds: number, { host, domain }: Around): string {
  if (word === host || isPartOf(word, domain) || isNamedBy(word, domain)) return HOST;
  if ((kinds & DIGIT) === 0) return word;
  if (kindAt(word, word.length - 1) !== LETTER) return isIdAt(word, 0, word.length, false) ? ID : word;
  let cut = '';
  let copied = 0;
  for (let from = 0; from < word.length; ) {
    const point = word.indexOf('.', from);
    const to = point < 0 ? word.length : point;
    if (isIdAt(word, from, to, true)) {
      cut += word.slice(copied, from) + ID;
      copied = to;
    }
    from = to + 1;
  }
  return copied === 0 ? word : cut + word.slice(copied);
}

function cutMail(word: string, kinds: number, { domain }: Around): string {
  const at = word.lastIndexOf('@');
  return (kinds & DIGIT) !== 0 || isPartOf(word.slice(at + 1), domain) ? MAIL : word;
}

/** Addresses of version 6, times, and words that others are tied to by a colon. */
function cutAtColons(word: string, around: Around, addresses: string[]): string {
  if (isV6(word)) {
    addresses.push(word);
    return ADDRESS_6;
  }
  if (DATE_OR_TIME.test(word) || STAMP.test(word)) return NUMBER;
  return word
    .split(':')
    .map((part) => cutWord(part, kindsOf(part), around, addresses))
    .join(':');
}

function kindsOf(word: string): number {
  let kinds = 0;
  for (let at = 0; at < word.length; at += 1) kinds |= kindAt(word, at);
  return kinds;
}

/** What stays of a word in the outline; addresses are put aside. */
function cutWord(word: string, kinds: number, around: Around, addresses: string[]): string {
  if (kinds === DIGIT) return word.length >= LONG_NUMBER ? NUMBER : word;
  if ((kinds & COLON) !== 0) return cutAtColons(word, around, addresses);
  if ((kinds & AT) !== 0) return cutMail(word, kinds, around);
  if (kinds === (DIGIT | POINT)) {
    if (!isV4(word)) return word;
    addresses.push(word);
    return ADDRESS_4;
  }
  if ((kinds & POINT) !== 0) return cutLabels(word, kinds, around);
  if (word.length < SHORT_ID || (kinds & DIGIT) === 0) return word;
  if ((kinds & LETTER) === 0 && DATE_OR_TIME.test(word)) return NUMBER;
  return isIdAt(word, 0, word.length, false) ? ID : word;
}

/** Words end before a point, a colon or a dash; two colons are the end of an address. */
function endOfWord(reply: string, start: number, behind: number): number {
  let end = behind;
  for (; end > start; end -= 1) {
    const kind = kindAt(reply, end - 1);
    if (kind === DIGIT || kind === LETTER) break;
    if (kind === COLON && end - 1 > start && kindAt(reply, end - 2) === COLON) break;
  }
  return end;
}

/**
 * The outline of a reply; null for one that is too long, or that holds control characters. No text is made for
 * the many that are known: `cut` is told where one would need it.
 */
export function outline(
  reply: string,
  around: Around,
  receiver: number,
  cut?: (from: number, to: number, put: string) => void,
): Outline | null {
  if (reply.length > LONGEST_OUTLINED) return null;
  const addresses: string[] = [];
  const fingerprint = new Fingerprint(receiver);
  const octets = octetsOf(reply);
  const { length } = reply;
  let copied = 0;
  let start = -1;
  let kinds = 0;
  for (let at = 0; at <= length; at += 1) {
    const kind = at < length ? (KINDS[octets[at] as number] as number) : 0;
    if (kind !== 0) {
      if (kind === CONTROL) return null;
      if (start < 0) start = at;
      kinds |= kind;
      continue;
    }
    if ((kinds & VARIES) !== 0) {
      const end = endOfWord(reply, start, at);
      // What ends a word counts no more.
      const word = reply.slice(start, end);
      const put = cutWord(word, end === at ? kinds : kindsOf(word), around, addresses);
      if (put !== word) {
        fingerprint.octets(octets, copied, start);
        fingerprint.text(put);
        cut?.(start, end, put);
        copied = end;
      }
    }
    start = -1;
    kinds = 0;
  }
  if (addresses.length > MOST_ADDRESSES) return null;
  fingerprint.octets(octets, copied, length);
  return { key: fingerprint.key, addresses };
}

/** The outline as a text, with a mark in the place of each part that was cut out. */
export function outlineText(reply: string, around: Around): string {
  let text = '';
  let copied = 0;
  outline(reply, around, 0, (from, to, put) => {
    text += reply.slice(copied, from) + put;
    copied = to;
  });
  return text + reply.slice(copied);
}

/** An address of the documentation, another one for each place. */
export const standInAddress = (place: number, isV4: boolean): string =>
  isV4 ? `198.51.100.${place + 1}` : `2001:db8::${(place + 1).toString(16)}`;

/** The outline as a reply again, with words that mean nothing in the place of what was cut out. */
export function standIn(outlined: string): string {
  let place = -1;
  return outlined.replace(/[\x01-\x06]/g, (mark) => {
    if (mark !== ADDRESS_4 && mark !== ADDRESS_6) return STANDS_FOR[mark] ?? '';
    place += 1;
    return standInAddress(place, mark === ADDRESS_4);
  });
}
