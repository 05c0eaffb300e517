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

const KEYS = 64;

/** Numbers by which octets are multiplied: who does not know them cannot foresee which names fall together. */
export const hashKeys = (): Int32Array => Int32Array.from({ length: KEYS }, () => randomInt(2 ** 31) * 2 + 1);

/**
 * A number for a stretch of octets; its highest bits tell best. Four octets at a time and none after the other,
 * since most of what a line costs is to find out what is known of its names.
 */
export function hashOf(octets: Uint8Array, from: number, to: number, keys: Int32Array): number {
  let hash = to - from;
  let key = 0;
  let next = from;
  for (; next + 3 < to; next += 4) {
    const four =
      at(octets, next) |
      (at(octets, next + 1) << 8) |
      (at(octets, next + 2) << 16) |
      (at(octets, next + 3) << 24);
    hash = (hash + Math.imul(four ^ (four >>> 16), keys[key++ & (KEYS - 1)] as number)) | 0;
  }
  for (; next < to; next += 1)
    hash = (hash + Math.imul(at(octets, next), keys[key++ & (KEYS - 1)] as number)) | 0;
  return hash;
}

function at(octets: Uint8Array, place: number): number {
  return octets[place] as number;
}
