import { MOST_DOMAINS, type Observation } from '../observations/observation.ts';

export type DomainCount = Observation['domains'][number];

/** Domains that one row counts; beyond, the rarer half is let go of. */
const MOST_COUNTED = 400;

const byCount = (a: DomainCount, b: DomainCount): number => b.count - a.count;

/** Puts one behind those that are as frequent; of too many, the rarest goes. */
function rank(domains: DomainCount[], one: DomainCount): void {
  let at = domains.length;
  for (; at > 0; at -= 1) {
    const before = domains[at - 1] as DomainCount;
    if (before.count >= one.count) break;
    domains[at] = before;
  }
  domains[at] = one;
  if (domains.length > MOST_DOMAINS) domains.pop();
}

/** The recipients' domains of one row. */
export class DomainCounts {
  /** Most rows are of one domain: the first is counted apart from the others. */
  #first = '';
  #count = 0;
  #others: Map<string, DomainCount> | null = null;

  clear(): void {
    this.#first = '';
    this.#others = null;
  }

  add(domain: string): void {
    if (this.#first === domain) this.#count += 1;
    else if (this.#first === '') {
      this.#first = domain;
      this.#count = 1;
    } else this.#addOther(domain);
  }

  /** The most frequent ones. */
  ranked(): DomainCount[] {
    if (this.#first === '') return [];
    const ranked = [{ domain: this.#first, count: this.#count }];
    if (this.#others !== null) for (const other of this.#others.values()) rank(ranked, other);
    return ranked;
  }

  #addOther(domain: string): void {
    this.#others ??= new Map();
    const known = this.#others.get(domain);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    this.#others.set(domain, { domain, count: 1 });
    if (this.#others.size > MOST_COUNTED) this.#letGo(this.#others);
  }

  #letGo(others: Map<string, DomainCount>): void {
    for (const rare of [...others.values()].sort(byCount).slice(MOST_COUNTED / 2)) others.delete(rare.domain);
  }
}
