import { isAt, sameAt, textAt } from './octets.ts';
import type { Placed } from './placed.ts';

/** Words of a reply as they stand among octets: which characters they are made of, and what that makes them. */

export const DIGIT = 1;
export const LETTER = 2;
export const POINT = 4;
export const COLON = 8;
export const AT = 16;
/** Other characters within words. */
const OTHER = 32;
export const CONTROL = 64;
/** Said of letters besides: it is no hexadecimal digit. */
const BEYOND_F = 128;

/** Words that have one of these are looked at more closely; words of letters alone stay. */
export const VARIES = DIGIT | POINT | AT;

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

export const kindAt = (octets: Uint8Array, at: number): number => KINDS[octets[at] as number] as number;

/**
 * Whether four octets are ASCII that makes no word vary: nothing from `.` to `9`, no `@`, no control character.
 * The highest bit of each is set by adding what takes the first of a range there.
 */
export function arePlain(four: number): boolean {
  const varies = (four + 0x52525252) & ~(four + 0x46464646);
  const noAt = four ^ 0x40404040;
  const ats = (noAt - 0x01010101) & ~noAt;
  return ((varies | ats | ~(four + 0x60606060) | four) & 0x80808080) === 0;
}

export function kindsOf(octets: Uint8Array, from: number, to: number): number {
  let kinds = 0;
  for (let at = from; at < to; at += 1) kinds |= kindAt(octets, at);
  return kinds;
}

/** An id of so many characters needs no more than two digits to be one. */
const LONG_ID = 13;
const FEW_DIGITS = 2;
export const SHORT_ID = 8;
/** Letters and digits take turns in ids, and not in codes such as `S3140`. */
const MANY_TURNS = 4;
const HOST_TURNS = 2;
/** Shorter numbers are codes, and parts of links, more often than times. */
export const LONG_NUMBER = 10;
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
export function isV4(octets: Uint8Array, from: number, to: number): boolean {
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

export function isV6(octets: Buffer, from: number, to: number, kinds: number): boolean {
  if ((kinds & (BEYOND_F | OTHER | AT)) !== 0) return false;
  const word = textAt(octets, from, to);
  return IPV6.test(word) && (word.includes('::') || word.split(':').length === 8);
}

/** A date, a time or both. */
export function isTime(octets: Buffer, from: number, to: number): boolean {
  if (kindAt(octets, from) !== DIGIT) return false;
  const word = textAt(octets, from, to);
  return DATE_OR_TIME.test(word) || STAMP.test(word);
}

/** How often letters and digits take turns, and how many digits there are. */
export function isId(octets: Uint8Array, from: number, to: number, inHost: boolean): boolean {
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

export const isHost = ({ octets, host, hostEnd }: Placed, from: number, to: number): boolean =>
  hostEnd - host === to - from && sameAt(octets, host, from, to - from);

/** The recipient's domain, or a host below it. */
export function isPartOfDomain({ octets, domain, domainEnd }: Placed, from: number, to: number): boolean {
  const length = domainEnd - domain;
  const start = to - length;
  if (length === 0 || start < from || !sameAt(octets, domain, start, length)) return false;
  return start === from || kindAt(octets, start - 1) === POINT;
}

/** A file that is named by the recipient's domain, as in the links of greylists. */
export function isNamedByDomain({ octets, domain, domainEnd }: Placed, from: number, to: number): boolean {
  const length = domainEnd - domain;
  return (
    length > 0 &&
    to - from > length &&
    kindAt(octets, from + length) === POINT &&
    sameAt(octets, domain, from, length)
  );
}

/** Words end before a point, a colon or a dash; two colons are the end of an address. */
export function endOfWord(octets: Uint8Array, start: number, behind: number): number {
  let end = behind;
  for (; end > start; end -= 1) {
    const kind = kindAt(octets, end - 1);
    if ((kind & (DIGIT | LETTER)) !== 0) break;
    if (kind === COLON && end - 1 > start && kindAt(octets, end - 2) === COLON) break;
  }
  return end;
}
