import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A log as it lies in its folder. `node` stays the same when it is renamed. */
export type LogFile = { file: string; node: string; born: number; changed: number };

/** What log rotation puts behind a name: a number or a date, and perhaps a packer's ending. */
const ROTATED = /^[.-]\d[\dT_.-]{0,40}(?:\.gz)?$/;

/** To the microsecond, which a number can hold. */
export const milliseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1000n) / 1000;

export const nodeOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

export const isPacked = (file: string): boolean => file.endsWith('.gz');

/**
 * The files of a log that has one for each day, oldest first: `*-delivery.log` is the name of all that end so. None,
 * where the name has no `*`.
 */
function daysOf(path: string): string[] {
  const [head = '', tail, more] = basename(path).split('*');
  if (tail === undefined || more !== undefined) return [];
  return namesBeside(path)
    .filter((name) => name.length > head.length + tail.length)
    .filter((name) => name.startsWith(head) && name.endsWith(tail))
    .sort()
    .map((name) => join(dirname(path), name));
}

/** The log of this name, or of its last day. Throws as stat does; a folder, a pipe or a device is no log. */
export function lookAt(path: string): LogFile {
  const file = daysOf(path).at(-1) ?? path;
  const found = statSync(file, { bigint: true });
  if (!found.isFile())
    throw new Error(found.isDirectory() ? 'it is a folder' : 'it is no ordinary file; pipe it in and name -');
  return {
    file,
    node: nodeOf(found),
    born: milliseconds(found.birthtimeNs),
    changed: milliseconds(found.mtimeNs),
  };
}

function found(file: string): LogFile[] {
  try {
    return [lookAt(file)];
  } catch {
    return [];
  }
}

function namesBeside(path: string): string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}

/** Earlier logs of this name that rotation has put beside it, or of earlier days; those that are not packed come first. */
export function rotatedFrom(path: string): LogFile[] {
  const name = basename(path);
  if (name.includes('*')) return daysOf(path).slice(0, -1).flatMap(found);
  return namesBeside(path)
    .filter((other) => other.startsWith(name) && ROTATED.test(other.slice(name.length)))
    .sort((a, b) => Number(isPacked(a)) - Number(isPacked(b)))
    .flatMap((other) => found(join(dirname(path), other)));
}

/** A log's name without what rotation put behind it. */
export const nameBeforeRotation = (file: string): string =>
  file.replace(/(?:[.-]\d[\dT_.-]{0,40})?(?:\.gz)?$/, '');
