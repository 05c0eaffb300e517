import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

function flush(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes a file that is there whole or not at all, over a power cut too. */
export function writeWhole(file: string, text: string): void {
  const fresh = `${file}.new`;
  try {
    writeFileSync(fresh, text, { mode: 0o600 });
    flush(fresh);
    renameSync(fresh, file);
    flush(dirname(file));
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
