import type { Readable } from 'node:stream';
import type { Room } from './room.ts';

/** A mail that is not larger needs no room of its own: there are only so many connections. */
const SMALL = 256 * 1024;
const FIRST = 16 * 1024;

export type Limits = {
  /** Octets of the largest mail. */
  max: number;
  room: Room;
  /** For the whole mail, in ms. */
  longest: number;
};

/** Why a mail was not read to its end. */
export class NotCollected extends Error {
  override name = 'NotCollected';
  readonly why: 'too-large' | 'too-slow' | 'cut-off';

  constructor(why: NotCollected['why']) {
    super(`The mail is not whole: ${why}`);
    this.why = why;
  }
}

export type Collected = { raw: Buffer /** To be called when it is stored. */; release: () => void };

/** Line ends and dots are counted in different ways by who says how large a mail is. */
const boundFor = (declared: number, max: number) =>
  declared > 0 ? Math.min(max, 2 * declared + SMALL) : max;

/**
 * Reads a mail from a stream, which is paused while there is no room for it. `declared`: its octets, as its sender says
 * (RFC 1870), or 0. What comes after it failed is read and thrown away. Throws {@link NotCollected}.
 */
export function collect(stream: Readable, declared: number, limits: Limits): Promise<Collected> {
  const bound = boundFor(declared, limits.max);
  const { promise, resolve, reject } = Promise.withResolvers<Collected>();
  let octets = Buffer.allocUnsafe(FIRST);
  let length = 0;
  let release: () => void = () => undefined;
  let isOver = false;

  const grow = (size: number) => {
    // Memory that is not written to is none that is used.
    const larger = Buffer.allocUnsafeSlow(size);
    octets.copy(larger, 0, 0, length);
    octets = larger;
  };
  const put = (chunk: Buffer) => {
    chunk.copy(octets, length);
    length += chunk.length;
  };
  const makeRoom = async (chunk: Buffer) => {
    const needed = length + chunk.length;
    if (needed > bound) return fail('too-large');
    if (needed <= SMALL) {
      grow(Math.max(needed, 4 * octets.length));
      return put(chunk);
    }
    stream.pause();
    const free = await limits.room.take(bound);
    if (isOver) return free();
    release = free;
    grow(bound);
    put(chunk);
    stream.resume();
  };
  const onData = (chunk: Buffer) =>
    length + chunk.length > octets.length ? void makeRoom(chunk) : put(chunk);
  const onEnd = () => {
    if (end()) resolve({ raw: octets.subarray(0, length), release });
  };
  const onCut = () => fail('cut-off');
  const late = setTimeout(() => fail('too-slow'), limits.longest);
  const end = () => {
    if (isOver) return false;
    isOver = true;
    clearTimeout(late);
    stream.off('data', onData).off('end', onEnd).off('close', onCut);
    return true;
  };
  const fail = (why: NotCollected['why']) => {
    if (!end()) return;
    release();
    stream.resume();
    reject(new NotCollected(why));
  };
  stream.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut);
  return promise;
}
