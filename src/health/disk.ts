import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Octets on the disk of a folder, or of where it would be made; undefined where it cannot be looked at. */
export async function diskOf(folder: string): Promise<{ free: number; all: number } | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, all: blocks * bsize };
  } catch (error) {
    const above = dirname(resolve(folder));
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === resolve(folder)) return undefined;
    return diskOf(above);
  }
}
