import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BadBackup, MOST_LINE_BYTES, NO_BACKUP } from './format.ts';

const NEWLINE = 10;

/** Octets as lines, each with its newline. What follows the last newline is no line: it was cut off. */
export async function* linesOf(octets: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let length = 0;
  for await (const part of octets) {
    let from = 0;
    for (let at = part.indexOf(NEWLINE); at !== -1; at = part.indexOf(NEWLINE, from)) {
      const rest = part.subarray(from, at + 1);
      yield begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      begun = [];
      length = 0;
      from = at + 1;
    }
    if (from === part.length) continue;
    begun.push(part.subarray(from));
    length += part.length - from;
    if (length > MOST_LINE_BYTES) throw new BadBackup('A row of this file is larger than any can be.');
  }
  if (length > 0) throw new BadBackup('This file is cut off: its last row has no end. Take another backup.');
}

const WORDS: Record<string, string> = {
  Z_BUF_ERROR: 'This file is cut off. Take another backup.',
  Z_DATA_ERROR: 'This file was changed or damaged since it was made. Take another backup.',
  ENOENT: 'There is no such file.',
  EISDIR: 'This is a folder; name the file in it.',
  EACCES: 'This file may not be read by this user.',
};

function wordsFor({ code, message }: NodeJS.ErrnoException): string | undefined {
  return message === 'incorrect header check' ? NO_BACKUP : WORDS[code ?? ''];
}

/** The lines of a file, which is `called` so in words. Throws {@link BadBackup} where it is cut off or damaged. */
export async function* linesInFile(file: string, called = file): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: 256 * 1024 });
  const reading = pipeline(createReadStream(file), unzip);
  // What goes wrong comes out where it is read.
  reading.catch(() => {});
  try {
    yield* linesOf(unzip as AsyncIterable<Buffer>);
  } catch (error) {
    const words = wordsFor(error as NodeJS.ErrnoException);
    throw words ? new BadBackup(`${called}: ${words}`) : error;
  } finally {
    unzip.destroy();
  }
}
