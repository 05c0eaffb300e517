import { randomInt } from 'node:crypto';

/** Nobody outside can work out which texts would have the same number. */
const SEEDS = [randomInt(2 ** 31), randomInt(2 ** 31)] as const;

/**
 * One number for a text that is given in parts, and anew for the next one. It stands for the text: of 53 bits,
 * it is the same for two of some thousand texts about never.
 */
export class Fingerprint {
  #a = 0;
  #b = 0;

  start(from: number): void {
    this.#a = SEEDS[0] ^ from;
    this.#b = (SEEDS[1] + from) | 0;
  }

  octets(octets: DataView, from: number, to: number): void {
    let a = this.#a ^ (to - from);
    let b = this.#b;
    let next = from;
    for (; next + 3 < to; next += 4) {
      const four = octets.getInt32(next, true);
      a = Math.imul(a ^ four, 0x9e3779b1);
      b = Math.imul(b + four, 0x85ebca77);
      a ^= a >>> 15;
      b ^= b >>> 13;
    }
    for (; next < to; next += 1) {
      const octet = octets.getUint8(next);
      a = Math.imul(a ^ octet, 0x9e3779b1);
      b = Math.imul(b + octet, 0x85ebca77);
      a ^= a >>> 15;
      b ^= b >>> 13;
    }
    this.#a = a;
    this.#b = b;
  }

  /** What stands for octets that are left out. */
  mark(mark: number): void {
    const a = Math.imul(this.#a ^ mark, 0xc2b2ae3d);
    const b = Math.imul(this.#b + mark, 0x27d4eb2f);
    this.#a = a ^ (a >>> 15);
    this.#b = b ^ (b >>> 13);
  }

  get key(): number {
    return (this.#a >>> 0) * 2 ** 21 + ((this.#b ^ (this.#b >>> 16)) & (2 ** 21 - 1));
  }
}
