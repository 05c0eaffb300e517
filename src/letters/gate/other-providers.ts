import type { Provider } from '../../providers/schema.ts';

/** Shorter names are words of some language, too. */
const LEAST_NAME = 5;

/** Names by which a letter to this provider would speak of another one. A name of the same operator is none. */
export function otherProviders(
  providers: Pick<Provider, 'key' | 'name' | 'operator' | 'kind' | 'aliases'>[],
  key: string,
): string[] {
  const own = providers.find((one) => one.key === key);
  const ownNames = own ? [own.name, own.operator ?? '', ...own.aliases].join('\n').toLowerCase() : '';
  const names = providers
    .filter((one) => one.key !== key && one.kind === 'mailbox-provider')
    .filter((one) => !one.operator || one.operator !== own?.operator)
    .flatMap((one) => one.name.replace(/ ?\([^)]*\)/g, '').split(/, | and /))
    .filter((name) => name.length >= LEAST_NAME && !ownNames.includes(name.toLowerCase()));
  return [...new Set(names)];
}
