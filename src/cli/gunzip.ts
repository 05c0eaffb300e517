import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isGzip } from '../bounces/unzipped.ts';

/** What a gzip file holds, as it is read; anything else as it is. A damaged file throws when it comes to the damage. */
export async function* gunzip(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts = input[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done) return;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => parts };
  }
  if (!isGzip(first.value)) return yield* all();
  const unzip = createGunzip();
  // What goes wrong on either side comes out where it is read.
  pipeline(Readable.from(all()), unzip, () => {});
  yield* unzip;
}
