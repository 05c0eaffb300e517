import type { Catalogue } from '../providers/catalogue.ts';
import { providerForDomain, providerForHost } from '../providers/playbook.ts';
import type { Provider } from '../providers/schema.ts';
import { Names } from './names.ts';
import { decoded, numberOfText } from './octets.ts';

/** A recipient's domain as it is told, a number that stands for its name, and whose it is. */
export type Domain = { name: string; number: number; provider: number };

/** Providers by host and by recipient domain, as numbers: 0 is nobody known. */
export class Receivers {
  /** Keys by number. */
  readonly keys: (string | null)[];
  readonly hosts: Names<number>;
  readonly domains: Names<Domain>;

  constructor(catalogue: Catalogue) {
    const { providers } = catalogue;
    this.keys = [null, ...providers.map((provider) => provider.key)];
    const numbers = new Map(providers.map((provider, index) => [provider, index + 1]));
    const numberOf = (provider: Provider | undefined): number =>
      (provider === undefined ? undefined : numbers.get(provider)) ?? 0;
    this.hosts = new Names((host) => numberOf(providerForHost(catalogue, decoded(host))));
    this.domains = new Names((written) => {
      const name = decoded(written).toLowerCase().replace(/\.+$/, '').slice(0, 255);
      return { name, number: numberOfText(name), provider: numberOf(providerForDomain(catalogue, name)) };
    });
  }
}
