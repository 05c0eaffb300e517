const NEWLINE = 0x0a;

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

  /** The lines that are whole by now; an unfinished one is held. */
  push(chunk: Buffer): Buffer {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#hold(chunk);
      return Buffer.alloc(0);
    }
    const first = chunk.indexOf(NEWLINE);
    this.#hold(chunk.subarray(0, first));
    const whole = Buffer.concat([...this.#held, chunk.subarray(first, end)]);
    this.#forget();
    this.#hold(chunk.subarray(end));
    return whole;
  }

  /** The unfinished line as it stands, ended. */
  finish(): Buffer {
    const rest = this.#kept > 0 ? Buffer.concat([...this.#held, Buffer.from('\n')]) : Buffer.alloc(0);
    this.#forget();
    return rest;
  }

  #hold(part: Buffer): void {
    const kept = part.subarray(0, LONGEST_LINE - this.#kept);
    // A copy: the reader uses its buffer again.
    if (kept.length > 0) this.#held.push(Buffer.from(kept));
    this.#kept += kept.length;
    this.#pending += part.length;
  }

  #forget(): void {
    this.#held = [];
    this.#kept = 0;
    this.#pending = 0;
  }
}
