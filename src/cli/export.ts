import { open, rename, rm, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';
import { megabytes } from './megabytes.ts';
import { oneFile } from './one-file.ts';
import { withDatabase } from './with-database.ts';

export const USE = `Use: export [--csv] [--without-sources] FILE | -

Writes everything to a file, or to standard output: JSON Lines, or a .zip of CSV files. With the embedded database, stop
the server first, or fetch /api/v1/export from it.
`;

type Options = { csv: boolean; sources: boolean; file: string };

function optionsOf(args: string[]): Options | undefined {
  const given = oneFile(args, { csv: { type: 'boolean' }, 'without-sources': { type: 'boolean' } });
  if (!given) return undefined;
  const { file, values } = given;
  return { csv: values.csv ?? false, sources: !values['without-sources'], file };
}

/** A file is there under its name once it is whole, and is nobody else's to read. */
async function write(file: string, from: (into: Writable) => Promise<void>): Promise<void> {
  const part = `${file}.part`;
  try {
    await from((await open(part, 'wx', 0o600)).createWriteStream());
    await rename(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(part, { force: true });
    throw error;
  }
}

export async function exportCommand(args: string[], io: Io): Promise<number> {
  const options = optionsOf(args);
  if (!options) return refuse(io, USE);
  const { exportStream } = await import('../transfer/export/export.ts');
  await withDatabase(async (db) => {
    const from = async (into: Writable) => {
      const stream = await exportStream(db, {
        format: options.csv ? 'csv' : 'jsonl',
        sources: options.sources,
      });
      await pipeline(stream, into, { end: into !== (io.stdout as unknown) });
    };
    if (options.file === '-') await from(io.stdout as unknown as Writable);
    else await write(options.file, from);
  });
  if (options.file !== '-')
    io.stdout.write(`${options.file}: everything, ${megabytes((await stat(options.file)).size)}.\n`);
  return 0;
}
