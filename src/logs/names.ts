import { randomInt } from 'node:crypto';
import { hashOf, hashOfText, ownCopy } from './octets.ts';

/** Names that have the same place; a newer one takes the place of the oldest. */
const WAYS = 4;
const PLACES = 1 << 11;

/**
 * What is known of names, looked up where they stand in a text: no string is made for one that was seen
 * before. Memory is bounded, since places are; where names would fall is not to be foreseen from outside.
 */
export class Names<T> {
  #make: (name: string) => T;
  /** The names of one place stand behind each other, the newest first; what is known of them stands beside. */
  #names: string[] = Array<string>(PLACES * WAYS).fill('');
  #known: (T | undefined)[] = Array<undefined>(PLACES * WAYS).fill(undefined);
  #seed = randomInt(2 ** 31);

  /** `make` finds out what there is to know of a name that is not known yet. */
  constructor(make: (name: string) => T) {
    this.#make = make;
  }

  /** Of the name between two places; octets and text are the same. */
  get(text: string, octets: Uint8Array, from: number, to: number): T {
    return this.#find(hashOf(octets, from, to, this.#seed), text, from, to);
  }

  of(name: string): T {
    return this.#find(hashOfText(name, this.#seed), name, 0, name.length);
  }

  #find(hash: number, text: string, from: number, to: number): T {
    const names = this.#names;
    const place = (hash & (PLACES - 1)) * WAYS;
    for (let way = place; way < place + WAYS; way += 1) {
      const name = names[way] as string;
      if (name.length === to - from && text.startsWith(name, from) && name !== '')
        return this.#known[way] as T;
    }
    return this.#learn(place, text.slice(from, to));
  }

  #learn(place: number, name: string): T {
    const known = this.#make(name);
    this.#names.copyWithin(place + 1, place, place + WAYS - 1);
    this.#known.copyWithin(place + 1, place, place + WAYS - 1);
    this.#names[place] = ownCopy(name);
    this.#known[place] = known;
    return known;
  }
}
