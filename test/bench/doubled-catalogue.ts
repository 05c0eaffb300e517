import type { Catalogue } from '../../src/providers/catalogue.ts';
import type { Provider, RejectionRule } from '../../src/providers/schema.ts';

/** Words that no reply of a log has, and that begin and are as long as those of a true rule. */
const changed = (words: string): string => `${words.slice(0, -1)}\u00a7`;

const copyOf = (rule: RejectionRule): RejectionRule => ({
  ...rule,
  match: {
    ...rule.match,
    ...(rule.match.all ? { all: rule.match.all.map(changed) } : {}),
    ...(rule.match.any ? { any: rule.match.any.map(changed) } : {}),
  },
});

const another = (provider: Provider): Provider => ({
  ...provider,
  key: `${provider.key}-b`,
  domains: provider.domains
    .map((domain) => `${domain.startsWith('*') ? '' : 'b-'}${domain}`)
    .filter((domain) => !domain.startsWith('*')),
  hosts: [],
  lists: [],
  rejections: provider.rejections.map(copyOf),
});

/** A catalogue of twice as many providers: each once more, under another key and with other words. */
export function doubled(catalogue: Catalogue): Catalogue {
  const providers = catalogue.providers.flatMap((provider) => [provider, another(provider)]);
  return { ...catalogue, providers, byKey: new Map(providers.map((provider) => [provider.key, provider])) };
}
