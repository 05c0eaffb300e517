import { ownCopy } from './octets.ts';

/** What earlier lines said of deliveries that are under way; beyond this many, the oldest are let go of. */
const MOST = 5_000;

/** Values are kept for long: strings in them must be copies of their own. */
export class Remembered<T> {
  #known = new Map<string, T>();
  #before: () => Remembered<T> | undefined;

  /** `before`: what the lines of an earlier log said. */
  constructor(before: () => Remembered<T> | undefined = () => undefined) {
    this.#before = before;
  }

  get(key: string): T | undefined {
    return this.#known.get(key);
  }

  /** What an earlier log said, which is known there no longer. */
  takeOver(key: string): T | undefined {
    const before = this.#before();
    const value = before?.get(key);
    before?.delete(key);
    return value;
  }

  set(key: string, value: T): void {
    this.#known.delete(key);
    this.#known.set(ownCopy(key), value);
    if (this.#known.size <= MOST) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }

  delete(key: string): void {
    this.#known.delete(key);
  }
}
