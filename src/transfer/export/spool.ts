import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * A stream that is read to its end at once, to a file that goes with its reader: the embedded database serves nobody else
 * while a snapshot is open, and a reader may be slow.
 */
export async function spooled(source: Readable): Promise<Readable> {
  const folder = await mkdtemp(join(tmpdir(), 'delist-desk-export-'));
  const away = () => void rm(folder, { recursive: true, force: true }).catch(() => {});
  try {
    const file = join(folder, 'export');
    await pipeline(source, createWriteStream(file, { mode: 0o600 }));
    return createReadStream(file).once('close', away);
  } catch (error) {
    away();
    throw error;
  }
}
