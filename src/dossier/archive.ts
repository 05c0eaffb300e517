import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file of the archive; its octets are asked for when their turn comes. */
export type ArchiveFile = { name: string; at: Date; read: () => Promise<Buffer | Readable> };

const HASHES = 'SHA256SUMS';

/** What a file's name may hold, on any system; a folder is made by the name's own slash. */
export const safeName = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._ -]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 80) || 'file';

function hashed(note: (hash: string) => void): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(piece, _encoding, done) {
      hash.update(piece as Buffer);
      done(null, piece);
    },
    flush(done) {
      note(hash.digest('hex'));
      done();
    },
  });
}

/**
 * The files as one .zip, written while it is sent: one file is held at a time. The last is {@link HASHES}, as
 * `sha256sum --check` reads it. An error ends the stream, so that nobody takes a part for the whole.
 */
export function writeArchive(files: ArchiveFile[], now: Date): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const sums: string[] = [];
  const fail = (error: Error) => output.destroy(error);
  zip.on('error', fail);
  for (const { name, at, read } of files)
    zip.addReadStreamLazy(name, { mtime: at, compress: true }, (give) => {
      read().then((content) => {
        const source = Buffer.isBuffer(content)
          ? Readable.from(content.length > 0 ? [content] : [])
          : content;
        const through = hashed((hash) => sums.push(`${hash}  ${name}\n`));
        source.on('error', (error: Error) => through.destroy(error));
        give(null, source.pipe(through));
      }, fail);
    });
  zip.addReadStreamLazy(HASHES, { mtime: now }, (give) => {
    give(null, Readable.from([Buffer.from(sums.sort().join(''))]));
  });
  zip.end();
  return output;
}
