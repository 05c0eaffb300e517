import { createHash } from 'node:crypto';

/** Octets at the start, and before a place, that tell one log from another. */
export const PRINT_SIZE = 1024;

/** By its start and by what stands before a place in it, a log is known again under any name, packed or copied. */
export type Print = { head: string; tail: string };

const hash = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');
const lastOf = (octets: Buffer) => Buffer.from(octets.subarray(-PRINT_SIZE));

/** Hash of a log's first octets, as far as they are before `offset`. */
export const headPrint = (head: Buffer, offset: number): string =>
  hash(head.subarray(0, Math.min(PRINT_SIZE, offset)));

/** Takes the fingerprint of a log that is read from its start, or from a place whose surroundings are known. */
export class Fingerprint {
  #head: Buffer;
  /** The last octets that were read. */
  #recent: Buffer;
  /** The last octets before the place. */
  #tail: Buffer;

  constructor(head: Buffer = Buffer.alloc(0), tail: Buffer = Buffer.alloc(0)) {
    this.#head = Buffer.from(head.subarray(0, PRINT_SIZE));
    this.#recent = lastOf(tail);
    this.#tail = this.#recent;
  }

  /** More was read; the place, if it moved, is behind `lineEnd` octets of it. */
  add(chunk: Buffer, lineEnd: number): void {
    if (this.#head.length < PRINT_SIZE)
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, PRINT_SIZE - this.#head.length)]);
    if (lineEnd > 0) this.#tail = lastOf(Buffer.concat([this.#recent, chunk.subarray(0, lineEnd)]));
    this.#recent = lastOf(Buffer.concat([this.#recent, chunk]));
  }

  /** The place is where reading has come to. */
  endHere(): void {
    this.#tail = this.#recent;
  }

  at(offset: number): Print {
    return { head: headPrint(this.#head, offset), tail: hash(this.#tail) };
  }

  /** Whether a log still holds what was read of it; `octetsAt` reads from it. */
  holds(octetsAt: (from: number, length: number) => Buffer, read: number): boolean {
    return (
      octetsAt(0, this.#head.length).equals(this.#head) &&
      octetsAt(read - this.#recent.length, this.#recent.length).equals(this.#recent)
    );
  }
}

/** The fingerprint to go on with at `offset`, when what is there has that print. */
export function fingerprintAt(
  octetsAt: (from: number, length: number) => Buffer,
  offset: number,
  print: Print,
): Fingerprint | undefined {
  const length = Math.min(PRINT_SIZE, offset);
  const head = octetsAt(0, length);
  if (head.length < length || headPrint(head, offset) !== print.head) return undefined;
  const tail = octetsAt(offset - length, length);
  return tail.length === length && hash(tail) === print.tail ? new Fingerprint(head, tail) : undefined;
}
