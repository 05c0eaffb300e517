import { hashOf, isMadeOf, octetsOf, wordsOf } from './octets.ts';

/** Names that have the same place; a newer one takes the place of the oldest. */
const WAYS = 4;
const PLACE_BITS = 11;
const PLACES = 1 << PLACE_BITS;

/** A name, four octets by four, and what is known of it. */
type Name<T> = { hash: number; length: number; words: number[]; known: T };

const textAt = ({ buffer, byteOffset }: DataView, from: number, to: number): string =>
  Buffer.from(buffer, byteOffset + from, to - from).toString('latin1');

/**
 * What is known of names, looked up where they stand among octets: no string is made for one that was seen
 * before. Memory is bounded, since places are; where names would fall is not to be foreseen from outside.
 */
export class Names<T> {
  #make: (name: string) => T;
  /** The names of one place stand behind each other, the newest first. */
  #names: (Name<T> | null)[] = Array<null>(PLACES * WAYS).fill(null);

  /** `make` finds out what there is to know of a name that is not known yet; octets are Latin-1 characters. */
  constructor(make: (name: string) => T) {
    this.#make = make;
  }

  /** Of the name between two places. */
  get(view: DataView, from: number, to: number): T {
    const hash = hashOf(view, from, to);
    const place = (hash >>> (32 - PLACE_BITS)) * WAYS;
    for (let way = place; way < place + WAYS; way += 1) {
      const name = this.#names[way];
      if (!name) break;
      if (name.hash === hash && name.length === to - from && isMadeOf(name.words, view, from, to))
        return name.known;
    }
    return this.#learn(place, hash, view, from, to);
  }

  of(name: string): T {
    return this.get(octetsOf(name), 0, name.length);
  }

  #learn(place: number, hash: number, view: DataView, from: number, to: number): T {
    const words = wordsOf(view, from, to);
    const known = this.#make(textAt(view, from, to));
    this.#names.copyWithin(place + 1, place, place + WAYS - 1);
    this.#names[place] = { hash, length: to - from, words, known };
    return known;
  }
}
