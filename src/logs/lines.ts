/** Longest line that is read; what is longer is no log line, and is passed over. */
export const LONGEST_LINE = 65_536;

/** So much is turned into text at once. */
const PIECE = 1 << 20;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** A line is given by its place in a larger text, so that none is copied that nobody reads. */
export type TakeLine = (text: string, from: number, to: number) => void;

/**
 * Cuts octets into lines, in whatever pieces they come. Every octet becomes one character (Latin-1): decoding
 * costs nothing then, and the few texts that are kept are decoded as what they are. Memory is bounded by one
 * piece and one line.
 */
export class LineCutter {
  #take: TakeLine;
  #tooLong: () => void;
  /** The start of a line whose end has not come yet. */
  #rest = '';
  #skipping = false;

  constructor(take: TakeLine, tooLong: () => void) {
    this.#take = take;
    this.#tooLong = tooLong;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += PIECE) this.#piece(chunk.subarray(at, at + PIECE));
  }

  /** The input has ended: what is left is a line too. */
  finish(): void {
    if (this.#rest !== '') this.#one(this.#rest, 0, this.#rest.length);
    this.#rest = '';
    this.#skipping = false;
  }

  #piece(piece: Buffer): void {
    const first = piece.indexOf(LINE_FEED);
    if (first < 0) {
      this.#keep(piece);
      return;
    }
    let from = 0;
    if (this.#rest !== '' || this.#skipping) {
      this.#keep(piece.subarray(0, first));
      this.finish();
      from = first + 1;
    }
    const last = piece.lastIndexOf(LINE_FEED);
    if (last >= from) this.#whole(piece.toString('latin1', from, last + 1));
    this.#keep(piece.subarray(last + 1));
  }

  #whole(text: string): void {
    for (let from = 0; from < text.length; ) {
      const to = text.indexOf('\n', from);
      this.#one(text, from, to);
      from = to + 1;
    }
  }

  #one(text: string, from: number, to: number): void {
    if (to - from > LONGEST_LINE) {
      this.#tooLong();
      return;
    }
    const end = to > from && text.charCodeAt(to - 1) === CARRIAGE_RETURN ? to - 1 : to;
    let start = from;
    // A file that was cut short while somebody wrote to it begins with NULs.
    while (text.charCodeAt(start) === 0 && start < end) start += 1;
    this.#take(text, start, end);
  }

  #keep(octets: Buffer): void {
    if (this.#skipping || octets.length === 0) return;
    if (this.#rest.length + octets.length <= LONGEST_LINE) {
      this.#rest += octets.toString('latin1');
      return;
    }
    this.#skipping = true;
    this.#rest = '';
    this.#tooLong();
  }
}
