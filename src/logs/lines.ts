/** Longest line that is read; what is longer is no log line, and is passed over. */
export const LONGEST_LINE = 65_536;

/** So much is cut at once: what fits the processor's cache is read twice as fast. */
const PIECE = 1 << 16;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** A line is given by its place among octets, so that no text is made of the many that nobody reads. */
export type TakeLine = (octets: Buffer, from: number, to: number) => void;

/** Cuts octets into lines, in whatever pieces they come. Memory is bounded by one piece and one line. */
export class LineCutter {
  #take: TakeLine;
  #tooLong: () => void;
  /** A piece, behind the start of a line whose end had not come. */
  #octets = Buffer.allocUnsafe(LONGEST_LINE + PIECE);
  #length = 0;
  #skipping = false;

  constructor(take: TakeLine, tooLong: () => void) {
    this.#take = take;
    this.#tooLong = tooLong;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += PIECE) this.#piece(chunk.subarray(at, at + PIECE));
  }

  /** The input has ended: what is left is a line too. */
  finish(): void {
    if (this.#length > 0) this.#one(0, this.#length);
    this.#length = 0;
    this.#skipping = false;
  }

  #piece(piece: Uint8Array): void {
    const last = piece.lastIndexOf(LINE_FEED);
    const from = this.#skipping ? piece.indexOf(LINE_FEED) + 1 : 0;
    if (this.#skipping && last < 0) return;
    this.#skipping = false;
    this.#octets.set(from === 0 ? piece : piece.subarray(from), this.#length);
    const end = this.#length + last + 1 - from;
    this.#length += piece.length - from;
    if (last >= from) this.#whole(end);
    if (this.#length <= LONGEST_LINE) return;
    this.#skipping = true;
    this.#length = 0;
    this.#tooLong();
  }

  /** The lines up to `end`; what is behind becomes the start of the next. */
  #whole(end: number): void {
    for (let from = 0; from < end; ) {
      const to = this.#octets.indexOf(LINE_FEED, from);
      this.#one(from, to);
      from = to + 1;
    }
    this.#octets.copyWithin(0, end, this.#length);
    this.#length -= end;
  }

  #one(from: number, to: number): void {
    if (to - from > LONGEST_LINE) {
      this.#tooLong();
      return;
    }
    const octets = this.#octets;
    const end = to > from && octets[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    let start = from;
    // A file that was cut short while somebody wrote to it begins with NULs.
    while (octets[start] === 0 && start < end) start += 1;
    this.#take(octets, start, end);
  }
}
