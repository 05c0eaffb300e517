/** Longest line that is read; what is longer is no log line, and is passed over. */
export const LONGEST_LINE = 65_536;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** A line is given by its place among octets, so that no text is made of the many that nobody reads. */
export type TakeLine = (octets: Buffer, from: number, to: number) => void;

/** Cuts octets into lines, in whatever pieces they come. Memory is bounded by one line: pieces are read in place. */
export class LineCutter {
  #take: TakeLine;
  #tooLong: () => void;
  /** The start of a line whose end has not come. */
  #start = Buffer.allocUnsafe(LONGEST_LINE + 1);
  #length = 0;
  #skipping = false;

  constructor(take: TakeLine, tooLong: () => void) {
    this.#take = take;
    this.#tooLong = tooLong;
  }

  push(piece: Buffer): void {
    let from = 0;
    if (this.#length > 0 || this.#skipping) {
      const to = piece.indexOf(LINE_FEED);
      this.#keep(piece, 0, to < 0 ? piece.length : to);
      if (to < 0) return;
      this.finish();
      from = to + 1;
    }
    for (let to = piece.indexOf(LINE_FEED, from); to >= 0; to = piece.indexOf(LINE_FEED, from)) {
      this.#one(piece, from, to);
      from = to + 1;
    }
    this.#keep(piece, from, piece.length);
  }

  /** The input has ended, or a line has: what is left is a line too. */
  finish(): void {
    const length = this.#length;
    this.#length = 0;
    this.#skipping = false;
    if (length > 0) this.#one(this.#start, 0, length);
  }

  #keep(piece: Buffer, from: number, to: number): void {
    if (this.#skipping) return;
    if (this.#length + to - from > LONGEST_LINE) {
      this.#skipping = true;
      this.#length = 0;
      this.#tooLong();
      return;
    }
    piece.copy(this.#start, this.#length, from, to);
    this.#length += to - from;
    // What an earlier line left behind is none of this one.
    this.#start[this.#length] = LINE_FEED;
  }

  #one(octets: Buffer, from: number, to: number): void {
    if (to - from > LONGEST_LINE) {
      this.#tooLong();
      return;
    }
    const end = to > from && octets[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    let start = from;
    // A file that was cut short while somebody wrote to it begins with NULs.
    while (octets[start] === 0 && start < end) start += 1;
    this.#take(octets, start, end);
  }
}
