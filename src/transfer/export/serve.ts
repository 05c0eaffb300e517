import type { Readable } from 'node:stream';
import { note } from '../../audit/note.ts';
import type { Config } from '../../config.ts';
import type { Db } from '../../database/open.ts';
import { oneAtATime } from '../../one-at-a-time.ts';
import type { Actor } from '../../web/access.ts';
import { type ExportOptions, exportStream } from './export.ts';
import { spooled } from './spool.ts';

/** A reader that takes nothing for so long is gone: the snapshot behind it holds a connection. */
const STALLED_MS = 120_000;

export function endWhenStalled(stream: Readable): Readable {
  let timer = setTimeout(() => {}, 0);
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stream.destroy(new Error('the reader of an export went away')), STALLED_MS);
    timer.unref();
  };
  const read = stream.read.bind(stream);
  stream.read = (size?: number) => {
    wait();
    return read(size);
  };
  wait();
  return stream.once('close', () => clearTimeout(timer));
}

const oneExport = oneAtATime('Another export runs just now; one is made at a time.');

/** One export at a time. Throws `too-many-tries` while another runs. */
export const serveExport = (
  { db, config }: { db: Db; config: Config },
  options: ExportOptions,
  by: Actor,
): Promise<Readable> =>
  oneExport(async (free) => {
    await note(db, by, 'data-exported', {
      subject: `everything as ${options.format === 'csv' ? 'CSV' : 'JSON Lines'}${options.sources ? '' : ', without sources'}`,
    });
    const stream = await exportStream(db, options);
    const given = config.databaseUrl ? endWhenStalled(stream) : await spooled(stream);
    return given.once('close', free);
  });
