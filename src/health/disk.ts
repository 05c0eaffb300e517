import { statfs } from 'node:fs/promises';

/** Octets on the disk of a folder; undefined where it cannot be looked at. */
export async function diskOf(folder: string): Promise<{ free: number; all: number } | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, all: blocks * bsize };
  } catch {
    return undefined;
  }
}
