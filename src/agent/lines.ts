const NEWLINE = 0x0a;
const LINE_END = Buffer.from('\n');

/** Octets of a line that are kept: no mail server writes a longer one, and junk must not fill the memory. */
export const LONGEST_LINE = 128 * 1024;

/** Cuts a stream of octets at line ends. */
export class Lines {
  #held: Buffer[] = [];
  #kept = 0;
  #pending = 0;

  /** Octets behind the last line's end. */
  get pending(): number {
    return this.#pending;
  }

  /** The lines that are whole by now, in pieces of the chunk where it can be; an unfinished one is held. */
  push(chunk: Buffer): Buffer[] {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#hold(chunk);
      return [];
    }
    const first = this.#pending === 0 ? 0 : chunk.indexOf(NEWLINE) + 1;
    const whole = [chunk.subarray(first, end)];
    if (first > 0) {
      this.#hold(chunk.subarray(0, first - 1));
      whole.unshift(this.finish());
    }
    this.#hold(chunk.subarray(end));
    return whole;
  }

  /** The unfinished line as it stands, ended. */
  finish(): Buffer {
    const rest = this.#pending > 0 ? Buffer.concat([...this.#held, LINE_END]) : Buffer.alloc(0);
    this.#held = [];
    this.#kept = 0;
    this.#pending = 0;
    return rest;
  }

  #hold(part: Buffer): void {
    const kept = part.subarray(0, LONGEST_LINE - this.#kept);
    // A copy: the reader uses its buffer again.
    if (kept.length > 0) this.#held.push(Buffer.from(kept));
    this.#kept += kept.length;
    this.#pending += part.length;
  }
}
