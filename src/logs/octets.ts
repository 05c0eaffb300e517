import { isUtf8 } from 'node:buffer';

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

/** Lets every bit count for every other: places are told by the lowest ones. */
function spread(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

const at = (octets: Uint8Array, place: number): number => octets[place] as number;

/**
 * A number for a stretch of octets. Four at a time, since most of what a line costs is to find out what is
 * known of its names.
 */
export function hashOf(octets: Uint8Array, from: number, to: number, seed: number): number {
  let hash = seed ^ (to - from);
  let next = from;
  for (; next + 3 < to; next += 4) {
    const four =
      at(octets, next) |
      (at(octets, next + 1) << 8) |
      (at(octets, next + 2) << 16) |
      (at(octets, next + 3) << 24);
    hash = Math.imul(hash ^ four, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; next < to; next += 1) hash = Math.imul(hash ^ at(octets, next), 0x01000193);
  return spread(hash);
}
