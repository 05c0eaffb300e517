import { createWriteStream, type Stats } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isBackupName } from './format.ts';

const PART = /^\.(.+)\.(\d+)\.part$/;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** What this process writes now. */
const writing = new Set<string>();

/** In a container one that was killed had the number that this one has. */
const isWritten = (part: string, pid: number) => (pid === process.pid ? writing.has(part) : isRunning(pid));

/** What processes that were killed left beside a file. */
async function clearParts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, , pid] = PART.exec(name) ?? [];
    const part = join(folder, name);
    if (pid && !isWritten(part, Number(pid))) await rm(part, { force: true });
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * A file is there under its name once it is whole and on the disk, and is nobody else's to read. `look` reads it before
 * it takes the place of an earlier one, which stays where it throws.
 */
export async function writeWhole<Seen = void>(
  file: string,
  from: Readable,
  look?: (part: string) => Promise<Seen>,
): Promise<{ byteLength: number; seen: Seen }> {
  const folder = dirname(file);
  await clearParts(folder);
  const part = join(folder, `.${basename(file)}.${process.pid}.part`);
  writing.add(part);
  try {
    await pipeline(from, createWriteStream(part, { mode: 0o600, flags: 'w' }));
    await sync(part);
    const { size: byteLength } = await stat(part);
    const seen = (await look?.(part)) as Seen;
    await rename(part, file);
    await sync(folder);
    return { byteLength, seen };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    writing.delete(part);
  }
}

/** Keeps the newest `keep` backups of a folder, and no other file of it is touched. Returns what went. */
export async function keepNewest(folder: string, keep: number): Promise<string[]> {
  const old = (await readdir(folder)).filter(isBackupName).sort().reverse().slice(keep);
  for (const name of old) await rm(join(folder, name), { force: true });
  return old;
}

export const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found: Stats) => found.isDirectory(),
    () => false,
  );
