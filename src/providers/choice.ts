import type { Catalogue } from './catalogue.ts';
import { providerForDomain } from './playbook.ts';
import type { Provider } from './schema.ts';

/** What a list to choose from shows of a provider: its name, and the other words that it is searched by. */
export type ProviderChoice = { name: string; words: string };

/** Domains after these are found all the same when they are typed whole. */
const DOMAINS_SHOWN = 8;

const choiceOf = ({ name, operator, aliases, domains }: Provider): ProviderChoice => {
  const words = [operator ?? '', ...aliases, ...domains.slice(0, DOMAINS_SHOWN)];
  return { name, words: [...new Set(words)].filter((word) => word && word !== name).join(', ') };
};

/** Worked out once for each state of the catalogue: every list has the field. */
const choices = new WeakMap<readonly Provider[], ProviderChoice[]>();

export function providerChoices({ providers }: Catalogue): ProviderChoice[] {
  const known = choices.get(providers) ?? providers.map(choiceOf);
  choices.set(providers, known);
  return known;
}

/** The one provider that is meant by a key, a name, another name of it, or a recipient domain; undefined where none or several are. */
export function providerMeant(text: string, catalogue: Catalogue): Provider | undefined {
  const asked = text.trim().toLowerCase();
  if (asked === '') return undefined;
  const named = catalogue.providers.find(({ key, name }) => key === asked || name.toLowerCase() === asked);
  if (named) return named;
  const byDomain = providerForDomain(catalogue, asked);
  if (byDomain) return byDomain;
  const [only, ...others] = catalogue.providers.filter(({ aliases }) =>
    aliases.some((alias) => alias.toLowerCase() === asked),
  );
  return others.length === 0 ? only : undefined;
}

/** The providers that are meant: one, or all of an operator such as Microsoft. */
export function providersMeant(text: string, catalogue: Catalogue): Provider[] {
  const one = providerMeant(text, catalogue);
  if (one) return [one];
  const asked = text.trim().toLowerCase();
  return asked === '' ? [] : catalogue.providers.filter(({ operator }) => operator?.toLowerCase() === asked);
}

/** What is said beside a field whose words mean no provider. */
export const noSuchProvider = (text: string): string =>
  `“${text.trim().slice(0, 60)}” is no provider of the catalogue; choose one from the list.`;
