import { decodedAt } from './octets.ts';

/** Octets that a batch rarely goes beyond. */
const USUAL = 2 << 20;

/**
 * Lines that show what was said, as octets until they are told. As texts, those of a whole batch would live through
 * many a collection of garbage, and V8 would make room for ever more of them.
 */
export class Samples {
  #octets = Buffer.allocUnsafe(USUAL);
  /** Where each ends; the next one begins there. */
  #ends: number[] = [];
  #length = 0;

  /** Its number. */
  add(octets: Buffer, from: number, to: number): number {
    this.#makeRoom(to - from);
    this.#length += octets.copy(this.#octets, this.#length, from, to);
    return this.#ends.push(this.#length) - 1;
  }

  textOf(number: number): string {
    return decodedAt(this.#octets, this.#ends[number - 1] ?? 0, this.#ends[number] ?? 0);
  }

  clear(): void {
    if (this.#octets.length > USUAL) this.#octets = Buffer.allocUnsafe(USUAL);
    this.#ends = [];
    this.#length = 0;
  }

  #makeRoom(length: number): void {
    if (this.#length + length <= this.#octets.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + length));
    this.#octets.copy(larger, 0, 0, this.#length);
    this.#octets = larger;
  }
}
