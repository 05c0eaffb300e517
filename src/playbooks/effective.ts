import { check } from '../data-file.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { providerFault } from '../providers/provider-faults.ts';
import { Provider, type Provider as ProviderType } from '../providers/schema.ts';
import { sameFact, valueAt, withValue } from './paths.ts';

/** A fact that people changed. Null: there is none; as a value, that it was taken away. */
export type ChangedFact = {
  provider: string;
  path: string;
  value: unknown;
  /** What the release said when it was changed. */
  builtIn: unknown;
  version: number;
  setAt: Date;
  setBy: string;
};

/** All that people changed or added. */
export type Overlay = { facts: ChangedFact[]; own: ProviderType[] };

/** Why a playbook cannot be like that, by place and rule; undefined: it can. */
export const faultOf = (playbook: unknown): string | undefined =>
  check(Provider, playbook) ?? providerFault(playbook as ProviderType);

const put = (provider: ProviderType, { path, value }: Pick<ChangedFact, 'path' | 'value'>) =>
  withValue(provider, path, value ?? undefined) as ProviderType;

/**
 * A built-in playbook with what people changed. A fact that no longer fits, because a release changed what is around
 * it, is left out and shown as such; it never stops a start.
 */
export function withFacts(
  builtIn: ProviderType,
  facts: ChangedFact[],
): { provider: ProviderType; unfit: ChangedFact[] } {
  const all = facts.reduce(put, builtIn);
  if (faultOf(all) === undefined) return { provider: all, unfit: [] };
  const unfit: ChangedFact[] = [];
  let provider = builtIn;
  for (const fact of facts) {
    const next = put(provider, fact);
    if (faultOf(next) === undefined) provider = next;
    else unfit.push(fact);
  }
  return { provider, unfit };
}

/** Domains and hosts that people gave to a provider of their own are no longer another's. */
function withoutNames(provider: ProviderType, taken: Set<string>): ProviderType {
  const free = (names: string[]) => names.filter((name) => !taken.has(name));
  const [domains, hosts] = [free(provider.domains), free(provider.hosts)];
  return domains.length === provider.domains.length && hosts.length === provider.hosts.length
    ? provider
    : { ...provider, domains, hosts };
}

/** The providers as they hold here, in the order of their names. What nobody changed stays the same object. */
export function effectiveProviders(builtIn: Catalogue['providers'], { facts, own }: Overlay): ProviderType[] {
  if (facts.length === 0 && own.length === 0) return builtIn;
  const byProvider = Map.groupBy(facts, ({ provider }) => provider);
  const taken = new Set(own.flatMap(({ domains, hosts }) => [...domains, ...hosts]));
  const changed = builtIn.map((provider) => {
    const kept = taken.size === 0 ? provider : withoutNames(provider, taken);
    return withFacts(kept, byProvider.get(provider.key) ?? []).provider;
  });
  return [...changed, ...own.filter((one) => faultOf(one) === undefined)].sort((a, b) =>
    a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
  );
}

/** A release's catalogue under what people changed. */
export function catalogueUnder(overlay: Overlay, builtIn: Catalogue): Catalogue {
  const providers = effectiveProviders(builtIn.providers, overlay);
  return { ...builtIn, providers, byKey: new Map(providers.map((one) => [one.key, one])) };
}

/** How a changed fact stands to what the release says now. */
export function standingOf(fact: ChangedFact, builtIn: ProviderType) {
  const now = valueAt(builtIn, fact.path) ?? null;
  return {
    builtInNow: now,
    /** The release says the same by now. */
    same: sameFact(now, fact.value),
    /** A release changed the fact underneath. */
    released: !sameFact(now, fact.builtIn) && !sameFact(now, fact.value),
  };
}
