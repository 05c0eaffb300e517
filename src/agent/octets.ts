import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Fingerprint, fingerprintAt, PRINT_SIZE, type Print } from './fingerprint.ts';
import { isPacked, type LogFile, milliseconds, nodeOf } from './log-file.ts';

const CHUNK = 256 * 1024;
/** What a log says before a place that it is gone on from: its columns, say, or who sent what is in the queue. */
const EARLIER = 256 * 1024;

/** The octets of a log, forward from a place. */
export type Octets = {
  /** The next ones; undefined: there are none yet. `replaced`: what was read is no longer in the file. */
  next(): Promise<Buffer | undefined | 'replaced'>;
  /** The file's own facts, while it is open. */
  changed(): number;
  isDeleted(): boolean;
  close(): void;
};

/** A name that has become another log's since it was looked at. */
export class Moved extends Error {
  override name = 'Moved';
}

/** A log opened at a place, and lines before it. */
export type Opened = { octets: Octets; fingerprint: Fingerprint; earlier: Buffer };
export type From = { offset: number; print: Print };

const wholeLines = (octets: Buffer, fromStart: boolean): Buffer =>
  octets.subarray(fromStart ? 0 : octets.indexOf(0x0a) + 1, octets.lastIndexOf(0x0a) + 1);

function openPlain(handle: number, from: From | undefined): Opened | undefined {
  const octetsAt = (position: number, length: number): Buffer => {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, readSync(handle, buffer, 0, length, position));
  };
  const offset = from?.offset ?? 0;
  let fingerprint: Fingerprint | undefined;
  try {
    fingerprint = from ? fingerprintAt(octetsAt, offset, from.print) : new Fingerprint();
  } finally {
    if (!fingerprint) closeSync(handle);
  }
  if (!fingerprint) return undefined;
  const known = fingerprint;
  const buffer = Buffer.allocUnsafe(CHUNK);
  let read = offset;
  const next = async () => {
    const length = readSync(handle, buffer, 0, CHUNK, read);
    if (length === 0) return fstatSync(handle).size < read ? 'replaced' : undefined;
    // Looked at after reading: what was emptied before or meanwhile shows.
    if (!known.holds(octetsAt, read)) return 'replaced';
    read += length;
    return buffer.subarray(0, length);
  };
  const start = Math.max(0, offset - EARLIER);
  const head = start > 0 ? wholeLines(octetsAt(0, Math.min(64 * 1024, start)), true) : Buffer.alloc(0);
  const before = wholeLines(octetsAt(start, offset - start), start === 0);
  return {
    octets: {
      next,
      changed: () => milliseconds(fstatSync(handle, { bigint: true }).mtimeNs),
      isDeleted: () => fstatSync(handle).nlink === 0,
      close: () => closeSync(handle),
    },
    fingerprint,
    earlier: Buffer.concat([head, before]),
  };
}

function unpacked(handle: number): { stream: Readable; close: () => void } {
  const raw = createReadStream('', { fd: handle });
  const stream = createGunzip({ chunkSize: CHUNK });
  raw.on('error', (error) => stream.destroy(error)).pipe(stream);
  return {
    stream,
    close: () => {
      raw.destroy();
      stream.destroy();
    },
  };
}

/** There is no jumping in a packed log: it is read up to the place, looking whether it is the same log. */
async function openPacked(handle: number, from: From | undefined): Promise<Opened | undefined> {
  const { stream, close } = unpacked(handle);
  const parts = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const fingerprint = new Fingerprint();
  const offset = from?.offset ?? 0;
  let earlier = Buffer.alloc(0);
  let rest: Buffer | undefined;
  let read = 0;
  try {
    while (from && read < offset) {
      const part = await parts.next();
      const before = part.done ? Buffer.alloc(0) : part.value.subarray(0, offset - read);
      fingerprint.add(before, before.length);
      if (read === 0) earlier = Buffer.from(wholeLines(before, true));
      read += before.length;
      const headIsKnown = read >= Math.min(PRINT_SIZE, offset);
      if (part.done || (headIsKnown && fingerprint.at(offset).head !== from.print.head)) {
        close();
        return undefined;
      }
      rest = part.value.subarray(before.length);
    }
  } catch (error) {
    close();
    throw error;
  }
  if (from && fingerprint.at(offset).tail !== from.print.tail) {
    close();
    return undefined;
  }
  const next = async () => {
    const held = rest;
    rest = undefined;
    if (held && held.length > 0) return held;
    const part = await parts.next();
    return part.done ? undefined : part.value;
  };
  return { octets: { next, changed: () => 0, isDeleted: () => false, close }, fingerprint, earlier };
}

function handleOf({ file, node }: LogFile): number {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Moved(file) : error;
  }
  if (nodeOf(fstatSync(handle, { bigint: true })) === node) return handle;
  closeSync(handle);
  throw new Moved(file);
}

/**
 * Opens a log at its start, or at a place when what stands before it there is what was read.
 * Throws {@link Moved} when it was renamed meanwhile.
 */
export async function openOctets(log: LogFile, from?: From): Promise<Opened | undefined> {
  const handle = handleOf(log);
  return isPacked(log.file) ? openPacked(handle, from) : openPlain(handle, from);
}

/** The first octets of a log. */
export async function headOf(log: LogFile): Promise<Buffer> {
  const opened = await openOctets(log);
  try {
    const first = await opened?.octets.next();
    return first instanceof Buffer ? Buffer.from(first.subarray(0, PRINT_SIZE)) : Buffer.alloc(0);
  } finally {
    opened?.octets.close();
  }
}
