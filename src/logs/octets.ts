import { isUtf8 } from 'node:buffer';
import { randomInt } from 'node:crypto';

const scratch = Buffer.allocUnsafe(65_536);

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

/** The reverse, for text that is read on as octets. */
export const asOctets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The octets of a text, as Latin-1, until the next call; behind its length stands what was there before. */
export function octetsOf(text: string): Buffer {
  if (text.length > scratch.length) return Buffer.from(text, 'latin1');
  scratch.write(text, 'latin1');
  return scratch;
}

/** Each octet as one character, as the readers of lines take it. */
export const textAt = (octets: Buffer, from: number, to: number): string =>
  octets.toString('latin1', from, to);

/** Octets as the text they are: UTF-8 where they are valid UTF-8, which is tried first since it nearly always is. */
export function decodedAt(octets: Buffer, from: number, to: number): string {
  const text = octets.toString('utf8', from, to);
  return text.includes('\ufffd') ? decodedCopy(textAt(octets, from, to)) : text;
}

export const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, length);

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

const KEYS = 256;

/** Who does not know these numbers cannot foresee which names fall together. */
const keys = Int32Array.from({ length: KEYS }, () => randomInt(2 ** 31) * 2 + 1);

/**
 * The number of some octets with one more behind them, which stands at `place`; the highest bits tell best. What
 * walks along a name to find its end has it for nearly nothing: most of what a line costs is to look up its names.
 */
export const hashWith = (hash: number, octet: number, place: number): number =>
  (hash + Math.imul(octet, keys[place & (KEYS - 1)] as number)) | 0;

/** The number of a stretch of octets. */
export function hashOf(octets: Uint8Array, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at += 1) hash = hashWith(hash, octets[at] as number, at - from);
  return hash;
}
