import { randomInt } from 'node:crypto';
import { MOST_DOMAINS, type Observation } from '../observations/observation.ts';
import type { Domain } from './receivers.ts';

type DomainCount = Observation['domains'][number];

/** How often one domain is in one row. */
type Count = {
  row: CountsDomains;
  name: string;
  place: number;
  count: number;
  /** The next of the same row. */
  later: Count | null;
  /** An older one that has the same place. */
  next: Count | null;
};

/** What a row keeps of its domains: how many, in the order in which they came. */
export type CountsDomains = { number: number; domains: number; first: Count | null; last: Count | null };

/** Domains that one row counts; beyond, the rarer half is let go of. */
const MOST_COUNTED = 400;

const PLACE_BITS = 12;
/** Counts beyond are not kept for the next batch. */
const MOST_KEPT = 20_000;

/** Who does not know this number cannot foresee which counts fall together. */
const KEY = randomInt(2 ** 31) * 2 + 1;

const placeOf = (row: number, domain: number): number =>
  Math.imul(domain ^ Math.imul(row, 0x9e3779b1), KEY) >>> (32 - PLACE_BITS);

const byCount = (a: Count, b: Count): number => b.count - a.count;

/** Puts one behind those that are as frequent; of too many, the rarest goes. */
function rank(domains: DomainCount[], domain: string, count: number): void {
  let at = domains.length;
  if (at === MOST_DOMAINS && (domains[at - 1] as DomainCount).count >= count) return;
  for (; at > 0; at -= 1) {
    const before = domains[at - 1] as DomainCount;
    if (before.count >= count) break;
    domains[at] = before;
  }
  domains[at] = { domain, count };
  if (domains.length > MOST_DOMAINS) domains.pop();
}

/** The most frequent domains of a row. */
export function domainsOf(row: CountsDomains): DomainCount[] {
  const ranked: DomainCount[] = [];
  for (let each = row.first; each !== null; each = each.later) rank(ranked, each.name, each.count);
  return ranked;
}

/** Counts the domains of all rows; what it counts with is used again for the next batch. */
export class DomainCounts {
  /** Those in use come first. */
  #counts: Count[] = [];
  #used = 0;
  /** Let go of, and used first. */
  #free: Count | null = null;
  /** The newest of each place. */
  #places: (Count | null)[] = Array<null>(1 << PLACE_BITS).fill(null);

  add(row: CountsDomains, { name, number }: Domain): void {
    const place = placeOf(row.number, number);
    for (let each = this.#places[place] as Count | null; each !== null; each = each.next)
      if (each.row === row && each.name === name) {
        each.count += 1;
        return;
      }
    this.#begin(row, name, place);
    if (row.domains > MOST_COUNTED + 1) this.#letGo(row);
  }

  clear(): void {
    this.#places.fill(null);
    this.#counts.length = Math.min(this.#counts.length, MOST_KEPT);
    this.#used = 0;
    this.#free = null;
  }

  #begin(row: CountsDomains, name: string, place: number): void {
    const count = this.#unused(row);
    count.row = row;
    count.name = name;
    count.place = place;
    count.count = 1;
    count.later = null;
    count.next = this.#places[place] as Count | null;
    this.#places[place] = count;
    if (row.last === null) row.first = count;
    else row.last.later = count;
    row.last = count;
    row.domains += 1;
  }

  #unused(row: CountsDomains): Count {
    const free = this.#free;
    if (free !== null) {
      this.#free = free.later;
      return free;
    }
    const count = this.#counts[this.#used] ?? { row, name: '', place: 0, count: 0, later: null, next: null };
    this.#counts[this.#used] = count;
    this.#used += 1;
    return count;
  }

  /** The first one stays. */
  #letGo(row: CountsDomains): void {
    const all: Count[] = [];
    for (let each = row.first; each !== null; each = each.later) all.push(each);
    const rare = new Set(
      all
        .slice(1)
        .sort(byCount)
        .slice(MOST_COUNTED / 2),
    );
    row.last = null;
    for (const each of all)
      if (rare.has(each)) this.#unlink(each);
      else {
        if (row.last !== null) row.last.later = each;
        row.last = each;
        each.later = null;
      }
    row.domains -= rare.size;
  }

  #unlink(count: Count): void {
    const { place, next } = count;
    let before = this.#places[place] as Count;
    if (before === count) this.#places[place] = next;
    else {
      while (before.next !== count) before = before.next as Count;
      before.next = next;
    }
    count.later = this.#free;
    this.#free = count;
  }
}
