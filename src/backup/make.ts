import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { type Db, type OpenDatabase, openDatabase } from '../database/open.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { openSnapshot } from '../transfer/export/snapshot.ts';
import type { End, SealedKey } from './format.ts';
import { backupLines } from './read.ts';

/** Where a backup is read: the database itself, or a copy of it. */
export type Source = Pick<OpenDatabase, 'db' | 'copyTo'> & { dataDir: string };
export type Backup = { stream: Readable; end: () => End | undefined };

const COPY = 'copy-for-backup-';

/** Copies that a killed process left. For whoever holds the folder. */
export async function clearCopies(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir).catch(() => []))
    if (name.startsWith(COPY)) await rm(join(dataDir, name), { recursive: true, force: true });
}

/**
 * The embedded database serves nobody else while a snapshot is open. Its files are copied between two queries, which takes
 * a moment, and the copy is read at leisure.
 */
async function openCopy({ copyTo, dataDir }: Source): Promise<OpenDatabase | undefined> {
  if (!copyTo) return undefined;
  const folder = await mkdtemp(join(dataDir, COPY));
  const away = () => rm(folder, { recursive: true, force: true });
  try {
    await copyTo(join(folder, 'db'));
    const copy = await openDatabase({ databaseUrl: undefined, dataDir: folder });
    return {
      ...copy,
      close: async () => {
        await copy.close();
        await away();
      },
    };
  } catch (error) {
    await away();
    throw error;
  }
}

/** A backup as it is made, compressed. It ends with an error where it cannot be made to its end. */
export async function makeBackup(
  source: Source,
  options: { sealedKey?: SealedKey | undefined } = {},
): Promise<Backup> {
  const copy = await openCopy(source);
  const db: Db = copy?.db ?? source.db;
  let end: End | undefined;
  async function* lines(): AsyncGenerator<string> {
    try {
      const trx = await openSnapshot(db);
      try {
        yield* backupLines(trx, {
          sealedKey: options.sealedKey,
          onEnd: (told) => {
            end = told;
          },
        });
      } finally {
        await trx
          .rollback()
          .execute()
          .catch(() => {});
      }
    } finally {
      await copy?.close();
    }
  }
  const text = Readable.from(lines(), { objectMode: true, highWaterMark: 2 });
  const zipped = createGzip({ level: 5, chunkSize: 256 * 1024 });
  text.once('error', (error) => zipped.destroy(error));
  zipped.once('close', () => text.destroy());
  return { stream: text.pipe(zipped), end: () => end };
}

const oneBackup = oneAtATime('Another backup is made just now; one is made at a time.');

/** The same for a server, one at a time. Throws `too-many-tries` while another is made. */
export const serveBackup = (
  source: Source,
  options: { sealedKey?: SealedKey | undefined } = {},
): Promise<Backup> =>
  oneBackup(async (free) => {
    const backup = await makeBackup(source, options);
    backup.stream.once('close', free);
    return backup;
  });
