const POINTER = 0xc0;
const LONGEST_NAME = 255;

/** As in a zone's file: what would be taken for something else is written out (RFC 1035 § 5.1). */
const escaped = (label: string): string =>
  label.replace(/[^\x21-\x7e]|[.\\]/g, (sign) =>
    sign === '.' || sign === '\\' ? `\\${sign}` : `\\${String(sign.charCodeAt(0)).padStart(3, '0')}`,
  );

/** Reads a message from some place on. It throws RangeError where there is nothing left, or no sense in it. */
export class Reader {
  readonly #octets: Buffer;
  at: number;

  constructor(octets: Buffer, at: number) {
    this.#octets = octets;
    this.at = at;
  }

  #pass(octets: number): number {
    const from = this.at;
    this.at += octets;
    if (this.at > this.#octets.length) throw new RangeError('the message ends too soon');
    return from;
  }

  u8 = (): number => this.#octets.readUInt8(this.#pass(1));
  u16 = (): number => this.#octets.readUInt16BE(this.#pass(2));
  u32 = (): number => this.#octets.readUInt32BE(this.#pass(4));

  octets(length: number): Buffer {
    const from = this.#pass(length);
    return this.#octets.subarray(from, this.at);
  }

  /** A text after its length, octet by octet: which letters they are, nobody says. */
  text = (): string => this.octets(this.u8()).toString('latin1');

  /**
   * A name without its final dot, the root as `.`. It may end in a pointer to an earlier place (§ 4.1.4). Names are
   * short and pointers lead back, so that none is read for ever.
   */
  name(): string {
    const labels: string[] = [];
    let length = 1;
    let behind: number | undefined;
    for (;;) {
      const start = this.at;
      const first = this.u8();
      if (first === 0) break;
      if (first >= POINTER) {
        const target = ((first & ~POINTER) << 8) | this.u8();
        behind ??= this.at;
        if (target >= start) throw new RangeError('a name that leads forward');
        this.at = target;
        continue;
      }
      length += first + 1;
      if (first > 63 || length > LONGEST_NAME) throw new RangeError('a name that is too long');
      labels.push(escaped(this.octets(first).toString('latin1')));
    }
    this.at = behind ?? this.at;
    return labels.join('.') || '.';
  }
}
