import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { KEY_BYTES } from './seal.ts';

/** A key that cannot be used. The message names where it stands and what it must be. */
export class BadKey extends Error {
  override name = 'BadKey';
}

const KEY_FORM = '32 bytes in Base64';

/** Keys as they are written: one a line or between commas, the newest first. */
export function readKeys(text: string, where: string): Buffer[] {
  const keys = text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => Buffer.from(line, 'base64'));
  if (keys.length === 0 || keys.some((key) => key.length !== KEY_BYTES))
    throw new BadKey(`${where} must hold keys of ${KEY_FORM}, the newest first.`);
  return keys;
}

export const newKey = (): Buffer => randomBytes(KEY_BYTES);

/** Written whole beside its place and then put there: no start finds half a key. */
function writeBeside(file: string, keys: Buffer[]): string {
  const beside = `${file}.${process.pid}.new`;
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(beside, 'w', 0o600);
  writeSync(descriptor, `${keys.map((key) => key.toString('base64')).join('\n')}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
  return beside;
}

/** Without it the name is not on the disk yet, and what is sealed by then may be: nobody could open that after a power cut. */
function syncName(file: string): void {
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Puts keys into the file in place of those that stand there. */
export function writeKeys(file: string, keys: Buffer[]): void {
  renameSync(writeBeside(file, keys), file);
  syncName(file);
}

/** The keys of a file. Where there is none yet, one is made; of two starters at once, both read the same. */
export function keysInFile(file: string): Buffer[] {
  try {
    return readKeys(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const beside = writeBeside(file, [newKey()]);
  try {
    linkSync(beside, file);
    syncName(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside, { force: true });
  }
  return readKeys(readFileSync(file, 'utf8'), file);
}
