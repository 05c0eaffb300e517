import { text } from 'node:stream/consumers';
import type { Io } from './io.ts';

/** A passphrase comes from standard input, since an argument would stand in the process list. */
export async function readPassphrase(io: Io): Promise<string> {
  if ((io.stdin as { isTTY?: boolean }).isTTY) io.stderr.write('Passphrase, then Enter and Ctrl-D: ');
  return (await text(io.stdin as never)).replace(/\r?\n$/, '');
}
