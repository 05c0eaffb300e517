import { randomInt } from 'node:crypto';

/** Nobody outside can work out which texts would have the same number. */
const SEEDS = [randomInt(2 ** 31), randomInt(2 ** 31)] as const;

const at = (octets: Uint8Array, place: number): number => octets[place] as number;

/**
 * One number for a text that is given in parts. It stands for the text: of 53 bits, it is the same for two of
 * some thousand texts about never.
 */
export class Fingerprint {
  #a: number;
  #b: number;

  constructor(start: number) {
    this.#a = SEEDS[0] ^ start;
    this.#b = SEEDS[1] + start;
  }

  octets(octets: Uint8Array, from: number, to: number): void {
    let [a, b] = [this.#a ^ (to - from), this.#b];
    let next = from;
    for (; next + 3 < to; next += 4) {
      const four =
        at(octets, next) |
        (at(octets, next + 1) << 8) |
        (at(octets, next + 2) << 16) |
        (at(octets, next + 3) << 24);
      a = Math.imul(a ^ four, 0x9e3779b1);
      b = Math.imul(b + four, 0x85ebca77);
      a ^= a >>> 15;
      b ^= b >>> 13;
    }
    for (; next < to; next += 1) {
      a = Math.imul(a ^ at(octets, next), 0x9e3779b1);
      b = Math.imul(b + at(octets, next), 0x85ebca77);
      a ^= a >>> 15;
      b ^= b >>> 13;
    }
    this.#a = a;
    this.#b = b;
  }

  /** A short text, beside the octets. */
  text(text: string): void {
    for (let next = 0; next < text.length; next += 1) {
      this.#a = Math.imul(this.#a ^ text.charCodeAt(next), 0xc2b2ae3d);
      this.#b = Math.imul(this.#b + text.charCodeAt(next), 0x27d4eb2f);
      this.#a ^= this.#a >>> 15;
      this.#b ^= this.#b >>> 13;
    }
  }

  get key(): number {
    return (this.#a >>> 0) * 2 ** 21 + ((this.#b ^ (this.#b >>> 16)) & (2 ** 21 - 1));
  }
}
