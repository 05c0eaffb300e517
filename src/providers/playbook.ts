import type { Catalogue } from './catalogue.ts';
import { buildNameIndex, lookUpName, type NameIndex } from './name-index.ts';
import type { Provider, Route } from './schema.ts';

type KnownProviders = Pick<Catalogue, 'providers' | 'byKey'>;
type CatalogueIndex = { domains: NameIndex; hosts: NameIndex };

/** A list of providers is never changed in place: a catalogue that people change gets a new one. */
const indexes = new WeakMap<Provider[], CatalogueIndex>();

function indexOf(catalogue: KnownProviders): CatalogueIndex {
  const { providers } = catalogue;
  const known = indexes.get(providers);
  if (known) return known;
  const index = {
    domains: buildNameIndex(providers.map(({ key, domains }) => ({ key, names: domains }))),
    hosts: buildNameIndex(providers.map(({ key, hosts }) => ({ key, names: hosts }))),
  };
  indexes.set(providers, index);
  return index;
}

/** The length limit of a domain name (RFC 1035 § 2.3.4); what is longer names no host. */
const MAX_NAME = 253;

function findByName(catalogue: KnownProviders, index: NameIndex, name: string): Provider | undefined {
  if (name.length > MAX_NAME) return undefined;
  const key = lookUpName(index, name.trim());
  return key === undefined ? undefined : catalogue.byKey.get(key);
}

/**
 * Whose mailboxes are under this recipient domain? Case and a final dot do not matter. An exact name wins
 * over a wildcard, a longer wildcard over a shorter one.
 */
export function providerForDomain(catalogue: KnownProviders, domain: string): Provider | undefined {
  return findByName(catalogue, indexOf(catalogue).domains, domain);
}

/** Whose MX or replying host is this? Matching as in {@link providerForDomain}. */
export function providerForHost(catalogue: KnownProviders, host: string): Provider | undefined {
  return findByName(catalogue, indexOf(catalogue).hosts, host);
}

/**
 * The way to ask about a rejection: the first route made for its rule, else the first that is for all.
 * `undefined` when the playbook has only routes for other rules, or none.
 */
export function routeFor(provider: Provider, ruleId: string | null): Route | undefined {
  const forRule =
    ruleId === null ? undefined : provider.routes.find((route) => route.rules?.includes(ruleId));
  return forRule ?? provider.routes.find((route) => route.rules === undefined);
}

const ADDRESS_IN_TEXT = /[a-z0-9._+-]{1,64}@[a-z0-9.-]{1,253}[a-z0-9]/gi;

/** Where a mail by this route goes: the desk's address that the refusal names, else the route's own. */
export function addressOf(route: Route, refusal: string): string | undefined {
  const domain = route.addressesAt;
  if (domain === undefined) return route.address;
  const named = refusal.match(ADDRESS_IN_TEXT) ?? [];
  return named.find((address) => address.toLowerCase().endsWith(`@${domain}`)) ?? route.address;
}

/** The id within its provider's file of a rule named `provider-key/rule-id`; null for the rule of another. */
export function ruleIdOf(rule: string | null | undefined, providerKey: string): string | null {
  const [key, id] = rule?.split('/') ?? [];
  return key === providerKey && id ? id : null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Monday to Friday in UTC; the playbooks know no public holidays. */
const isWorkingDay = (at: number): boolean => {
  const day = new Date(at).getUTCDay();
  return day !== 0 && day !== 6;
};

const nextMidnight = (at: number): number => (Math.floor(at / DAY) + 1) * DAY;

/** `hours` after `from`; with `workingDays`, hours on Saturday and Sunday (UTC) do not count. */
export function addProviderHours(from: Date, hours: number, workingDays: boolean): Date {
  let at = from.getTime();
  let left = hours * HOUR;
  // An invalid date stays one; the walk below would never end on it.
  if (!workingDays || Number.isNaN(at)) return new Date(at + left);
  while (true) {
    const midnight = nextMidnight(at);
    if (isWorkingDay(at)) {
      if (at + left <= midnight) return new Date(at + left);
      left -= midnight - at;
    }
    at = midnight;
  }
}

/** When a request sent at `sentAt` and still unanswered deserves a follow-up; `null`: never follow up. */
export function followUpDue(provider: Provider, sentAt: Date): Date | null {
  const { followUpAfter, workingDays } = provider.timing;
  return followUpAfter === undefined ? null : addProviderHours(sentAt, followUpAfter, workingDays);
}
