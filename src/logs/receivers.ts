import type { Catalogue } from '../providers/catalogue.ts';
import { providerForDomain, providerForHost } from '../providers/playbook.ts';
import { decoded, ownCopy } from './octets.ts';

/** Names that are remembered; then it starts afresh. */
const MOST_NAMES = 20_000;

/** A recipient's domain as it is told, and whose it is. */
export type Domain = { name: string; provider: number };

/** Providers by host and by recipient domain, as numbers: 0 is nobody known. */
export class Receivers {
  #catalogue: Catalogue;
  #numbers: Map<string, number>;
  #hosts = new Map<string, number>();
  #domains = new Map<string, Domain>();
  /** Keys by number. */
  readonly keys: (string | null)[];

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.keys = [null, ...catalogue.providers.map((provider) => provider.key)];
    this.#numbers = new Map(catalogue.providers.map((provider, index) => [provider.key, index + 1]));
  }

  host(name: string): number {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.get(providerForHost(this.#catalogue, decoded(name))?.key ?? '') ?? 0;
    if (this.#hosts.size >= MOST_NAMES) this.#hosts.clear();
    this.#hosts.set(ownCopy(name), number);
    return number;
  }

  domain(name: string): Domain {
    const known = this.#domains.get(name);
    if (known !== undefined) return known;
    const clean = decoded(name).toLowerCase().replace(/\.+$/, '').slice(0, 255);
    const found = {
      name: clean,
      provider: this.#numbers.get(providerForDomain(this.#catalogue, clean)?.key ?? '') ?? 0,
    };
    if (this.#domains.size >= MOST_NAMES) this.#domains.clear();
    this.#domains.set(ownCopy(name), found);
    return found;
  }
}
