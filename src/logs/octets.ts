import { isUtf8 } from 'node:buffer';
import { randomInt } from 'node:crypto';

export const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, length);

const scratch = Buffer.allocUnsafe(65_536);
const scratchView = viewOf(scratch);

/** A piece of a large text without the text behind it: V8 keeps the whole alive for the sake of a part. */
export function ownCopy(part: string): string {
  if (part.length > scratch.length) return Buffer.from(part, 'latin1').toString('latin1');
  scratch.write(part, 'latin1');
  return scratch.toString('latin1', 0, part.length);
}

const NOT_ASCII = /[\x80-\xff]/;

/** Octets that came as Latin-1, read as UTF-8 where they are valid UTF-8. */
export const decoded = (octets: string): string => (NOT_ASCII.test(octets) ? decodedCopy(octets) : octets);

/** The same, without the text behind it. */
export function decodedCopy(part: string): string {
  if (!NOT_ASCII.test(part)) return ownCopy(part);
  const octets = Buffer.from(part, 'latin1');
  return octets.toString(isUtf8(octets) ? 'utf8' : 'latin1');
}

/** Octets that came as Latin-1, as octets again. */
export const ownOctets = (line: string): Buffer => Buffer.from(line, 'latin1');

/** The reverse of {@link decoded}, for text that is read on as octets. */
export const asOctets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The octets of a text, as Latin-1, until the next call; behind its length stands what was there before. */
export function octetsOf(text: string): DataView {
  if (text.length > scratch.length) return viewOf(Buffer.from(text, 'latin1'));
  scratch.write(text, 'latin1');
  return scratchView;
}

/** Each octet as one character, as the readers of lines take it. */
export const textAt = (octets: Buffer, from: number, to: number): string =>
  octets.toString('latin1', from, to);

/** Octets as the text they are: UTF-8 where they are valid UTF-8, which is tried first since it nearly always is. */
export function decodedAt(octets: Buffer, from: number, to: number): string {
  const text = octets.toString('utf8', from, to);
  return text.includes('\ufffd') ? decodedCopy(textAt(octets, from, to)) : text;
}

/** Whether the octets at two places are the same, so many of them. */
export function sameAt(octets: Uint8Array, one: number, other: number, length: number): boolean {
  for (let at = 0; at < length; at += 1) if (octets[one + at] !== octets[other + at]) return false;
  return true;
}

/** Whether octets stand at a place. */
export function isAt(octets: Uint8Array, place: number, wanted: Uint8Array): boolean {
  for (let at = 0; at < wanted.length; at += 1) if (octets[place + at] !== wanted[at]) return false;
  return true;
}

/** Whether a stretch of octets is a text of Latin-1 characters. */
export function isText(octets: Uint8Array, from: number, to: number, text: string): boolean {
  if (text.length !== to - from) return false;
  for (let at = 0; at < text.length; at += 1) if (octets[from + at] !== text.charCodeAt(at)) return false;
  return true;
}

/** Four octets as one number: they are read, compared and summed up together. */
const FOUR = 4;

/** What stands in the place of the four octets of a shorter stretch. */
function shortWord(view: DataView, from: number, to: number): number {
  let word = 0;
  for (let at = from; at < to; at += 1) word = (word << 8) | view.getUint8(at);
  return word;
}

/** The last four of a stretch; those before it may reach into them. */
const lastWord = (view: DataView, from: number, to: number): number =>
  to - from < FOUR ? shortWord(view, from, to) : view.getInt32(to - FOUR, true);

/** A stretch of octets, four by four; with its length, it is told from any other. */
export function wordsOf(view: DataView, from: number, to: number): number[] {
  const words: number[] = [];
  for (let at = from; at < to - FOUR; at += FOUR) words.push(view.getInt32(at, true));
  words.push(lastWord(view, from, to));
  return words;
}

/** Whether a stretch, of the same length, is made of these words. */
export function isMadeOf(words: number[], view: DataView, from: number, to: number): boolean {
  let at = from;
  for (let place = 0; at < to - FOUR; at += FOUR, place += 1)
    if (view.getInt32(at, true) !== words[place]) return false;
  return lastWord(view, from, to) === words[words.length - 1];
}

const EACH = 0x01_01_01_01;
const HIGHEST = 0x80_80_80_80;

/** Not 0 when one of four octets, each of which was changed by exclusive or, is 0 (Mycroft's test). */
const noneLeft = (word: number): number => (word - EACH) & ~word & HIGHEST;

/** The next octet that is one of two kinds, sought four by four; `to` when there is none before. */
export function nextOf(view: DataView, one: number, other: number, from: number, to: number): number {
  const ones = Math.imul(one, EACH);
  const others = Math.imul(other, EACH);
  let at = from;
  for (; at <= to - FOUR; at += FOUR) {
    const word = view.getInt32(at, true);
    if ((noneLeft(word ^ ones) | noneLeft(word ^ others)) !== 0) break;
  }
  while (at < to) {
    const octet = view.getUint8(at);
    if (octet === one || octet === other) break;
    at += 1;
  }
  return at;
}

const KEYS = 256;

/** Who does not know these numbers cannot foresee which names fall together. */
const keys = Int32Array.from({ length: KEYS }, () => randomInt(2 ** 31) * 2 + 1);

const hashWith = (hash: number, word: number, place: number): number =>
  (hash + Math.imul(word ^ (word >>> 15), keys[place & (KEYS - 1)] as number)) | 0;

/** The number of a stretch of octets, a sum without a chain; the highest bits tell best. */
export function hashOf(view: DataView, from: number, to: number): number {
  let hash = to - from;
  let place = 1;
  for (let at = from; at < to - FOUR; at += FOUR, place += 1)
    hash = hashWith(hash, view.getInt32(at, true), place);
  return hashWith(hash, lastWord(view, from, to), 0);
}

/** The number of a text. */
export function numberOfText(text: string): number {
  let number = 0;
  for (let at = 0; at < text.length; at += 1) number = hashWith(number, text.charCodeAt(at), at);
  return number;
}
