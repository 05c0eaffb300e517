import { hashOf, isAt, octetsOf, textAt } from './octets.ts';

/** Names that have the same place; a newer one takes the place of the oldest. */
const WAYS = 4;
const PLACE_BITS = 11;
const PLACES = 1 << PLACE_BITS;

const NO_NAME = new Uint8Array();

/**
 * What is known of names, looked up where they stand among octets: no string is made for one that was seen
 * before. Memory is bounded, since places are; where names would fall is not to be foreseen from outside.
 */
export class Names<T> {
  #make: (name: string) => T;
  /** The names of one place stand behind each other, the newest first; what is known of them stands beside. */
  #names: Uint8Array[] = Array<Uint8Array>(PLACES * WAYS).fill(NO_NAME);
  #known: (T | undefined)[] = Array<undefined>(PLACES * WAYS).fill(undefined);

  /** `make` finds out what there is to know of a name that is not known yet; octets are Latin-1 characters. */
  constructor(make: (name: string) => T) {
    this.#make = make;
  }

  /** Of the name between two places; its number may be known already. */
  get(octets: Buffer, from: number, to: number, hash = hashOf(octets, from, to)): T {
    const names = this.#names;
    const place = (hash >>> (32 - PLACE_BITS)) * WAYS;
    for (let way = place; way < place + WAYS; way += 1) {
      const name = names[way] as Uint8Array;
      if (name.length === to - from && isAt(octets, from, name) && name !== NO_NAME)
        return this.#known[way] as T;
    }
    return this.#learn(place, Uint8Array.prototype.slice.call(octets, from, to), textAt(octets, from, to));
  }

  of(name: string): T {
    return this.get(octetsOf(name), 0, name.length);
  }

  #learn(place: number, octets: Uint8Array, name: string): T {
    const known = this.#make(name);
    this.#names.copyWithin(place + 1, place, place + WAYS - 1);
    this.#known.copyWithin(place + 1, place, place + WAYS - 1);
    this.#names[place] = octets;
    this.#known[place] = known;
    return known;
  }
}
