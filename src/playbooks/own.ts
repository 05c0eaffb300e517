import { getDomain } from 'tldts';
import { invalid } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { providerForDomain } from '../providers/playbook.ts';
import type { FormField, Provider, Reason, Route } from '../providers/schema.ts';
import { fold } from '../providers/text-match.ts';

/** Where facts come from that people of this installation wrote down. */
export const OUR_SOURCE = 'our own experience';

/** What a person says of a provider that no release knows. */
export type OwnProvider = {
  name: string;
  operator?: string | undefined;
  kind: Provider['kind'];
  about?: string | undefined;
  aliases: string[];
  languages: Provider['languages'];
  domains: string[];
  hosts: string[];
  /** Words that only its refusals have. */
  phrases: string[];
  reason: Reason;
  senders: string[];
};

/** Begins every key of an own provider; no data file of a release begins so. */
const OWN = 'own-';
export const isOwnKey = (key: string): boolean => key.startsWith(OWN);

export const ownKeyOf = (name: string): string =>
  `${OWN}${
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 50)
      .replace(/-+$/, '') || 'provider'
  }`;

const NAME = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9][a-z0-9-]{0,62})+$/;

/** Domains or hosts as they are matched. A star stands for what is below a name that somebody can own. */
function checkedNames(field: string, names: string[], others: Map<string, string>): string[] {
  const clean = names.map((name) => name.trim().toLowerCase().replace(/\.$/, ''));
  for (const name of clean) {
    if (!NAME.test(name) || getDomain(name.replace(/^\*\./, '')) === null)
      throw invalid(
        field,
        `“${name.slice(0, 80)}” is no name that somebody can own; write it as example.com or *.mail.example.com.`,
      );
    const owner = others.get(name);
    if (owner !== undefined) throw invalid(field, `${name} belongs to ${owner} in the catalogue.`);
  }
  return [...new Set(clean)];
}

const LEAST_WORDS = 12;

/** Words that would take other providers' refusals for this one's are refused. */
function checkedPhrases(phrases: string[], others: Provider[]): string[] {
  const clean = phrases.map((text) => text.trim().replace(/\s+/g, ' ')).filter(Boolean);
  for (const phrase of clean) {
    const words = fold(phrase).literal;
    if (phrase.length < LEAST_WORDS || !/\p{L}{3}/u.test(phrase))
      throw invalid(
        'phrases',
        `“${phrase.slice(0, 60)}” is too short to tell a provider by; give ${LEAST_WORDS} characters or more.`,
      );
    const same = others.find(({ rejections }) =>
      rejections.some(({ examples }) => examples.some((example) => fold(example).literal.includes(words))),
    );
    if (same)
      throw invalid(
        'phrases',
        `“${phrase.slice(0, 60)}” stands in refusals of ${same.name} too; choose words that only this provider uses.`,
      );
  }
  return [...new Set(clean)];
}

/** Whoever can have a mailbox there could answer in the provider's name. */
function checkedSenders(senders: string[], catalogue: Pick<Catalogue, 'providers' | 'byKey'>): string[] {
  const names = checkedNames('senders', senders, new Map());
  const open = names.find((name) => providerForDomain(catalogue, name)?.kind === 'mailbox-provider');
  if (open !== undefined)
    throw invalid('senders', `Anybody can have a mailbox at ${open}, so its mail proves nothing.`);
  return names;
}

const field = (key: string, label: string, value: FormField['value'], required = true): FormField => ({
  key,
  label,
  value,
  required,
});

/** What a desk has to be told, whatever the way. */
const FIELDS: FormField[] = [
  field('address', 'IP address', 'address'),
  field('hostname', 'Host name (PTR)', 'hostname', false),
  field('error-text', 'Refusal with time and zone', 'error-text'),
  field('letter', 'Cause, fix, request', 'letter'),
];

/** A way to ask as people add it: with the fields that every desk needs. */
export function ownRoute(given: Pick<Route, 'key' | 'kind' | 'name'> & Partial<Route>): Route {
  const fields =
    given.kind === 'none'
      ? []
      : given.kind === 'email'
        ? [field('subject', 'Subject', 'subject'), ...FIELDS]
        : FIELDS;
  return { fields, notes: [], source: OUR_SOURCE, verified: false, ...given };
}

const rulesOf = (phrases: string[], reason: Reason): Provider['rejections'] =>
  phrases.map((phrase, index) => ({
    id: `words-${index + 1}`,
    match: { all: [phrase] },
    identifies: true,
    reason,
    meaning: 'Words that people here know as this provider’s.',
    examples: [`550 ${phrase}`],
    source: OUR_SOURCE,
    verified: false,
  }));

const EMPTY = {
  lists: [],
  codes: [],
  checkFirst: [],
  routes: [],
  prerequisites: [],
  worksWell: [],
  neverWorks: [],
  replies: [],
  tickets: [],
  sources: [{ title: 'Added by people here' }],
  timing: { workingDays: true, source: OUR_SOURCE, verified: false },
} satisfies Partial<Provider>;

/**
 * The playbook of an own provider: what was said of it now, and of what was there before the rest. Throws `invalid` for
 * names and words that are another's.
 */
export function ownProvider(
  key: string,
  given: OwnProvider,
  catalogue: Catalogue,
  before?: Provider,
): Provider {
  const others = catalogue.providers.filter((one) => one.key !== key);
  const owners = (part: 'domains' | 'hosts') =>
    new Map(others.flatMap((one) => one[part].map((name) => [name, one.name] as const)));
  const same = others.find(({ name }) => name.toLowerCase() === given.name.trim().toLowerCase());
  if (same) throw invalid('name', `There is a provider named ${same.name} already.`);
  const kept: Partial<Provider> = { ...before };
  delete kept.operator;
  return {
    ...EMPTY,
    ...kept,
    key,
    name: given.name.trim(),
    ...(given.operator ? { operator: given.operator } : {}),
    kind: given.kind,
    aliases: given.aliases,
    about: given.about || 'Added by people here.',
    languages: given.languages,
    domains: checkedNames('domains', given.domains, owners('domains')),
    hosts: checkedNames('hosts', given.hosts, owners('hosts')),
    rejections: rulesOf(checkedPhrases(given.phrases, others), given.reason),
    senders: checkedSenders(given.senders, { providers: others, byKey: catalogue.byKey }),
  };
}

/** What an own provider's form holds, out of its playbook. */
export const ownInput = (provider: Provider): OwnProvider => ({
  name: provider.name,
  operator: provider.operator,
  kind: provider.kind,
  about: provider.about,
  aliases: provider.aliases,
  languages: provider.languages,
  domains: provider.domains,
  hosts: provider.hosts,
  phrases: provider.rejections.flatMap(({ match }) => match.all ?? []),
  reason: provider.rejections[0]?.reason ?? 'ip-reputation',
  senders: provider.senders,
});
