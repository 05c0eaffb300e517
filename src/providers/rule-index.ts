import { builtOnce } from './built-once.ts';
import type { Catalogue } from './catalogue.ts';
import { buildLiteralIndex, candidates, type LiteralIndex } from './literal-index.ts';
import type { Provider, RejectionRule } from './schema.ts';
import { type CompiledMatch, compileMatch, fold, type Hit, matches, type Subject } from './text-match.ts';

/** One thing that can be seen in a reply: a rule, or a list cited by name. */
export type Entry = {
  /** Null: generic. */
  provider: Provider | null;
  rule: RejectionRule | null;
  list: { name: string; owner: string | null } | null;
  match: CompiledMatch;
};

/** What is seen, and where its entry stands in the files. */
export type Seen = Entry & Hit & { position: number };

export type RuleIndex = {
  entries: Entry[];
  literals: LiteralIndex;
  /** Patterns of block codes by provider; null: of all others. */
  codes: Map<string | null, RegExp[]>;
};

const cites = (name: string, owner: string | null, cited: string[], provider: Provider | null): Entry => ({
  provider,
  rule: null,
  list: { name, owner },
  match: compileMatch({ any: cited }),
});

function entriesOf(provider: Provider): Entry[] {
  const rules = provider.rejections.map((rule) => ({
    provider,
    rule,
    list: null,
    match: compileMatch(rule.match),
  }));
  return [...rules, ...provider.lists.map((list) => cites(list.name, provider.key, list.cited, provider))];
}

const compileAll = (codes: { pattern: string }[]): RegExp[] =>
  codes.map(({ pattern }) => new RegExp(pattern, 'iu'));

function build(catalogue: Catalogue): RuleIndex {
  const { providers } = catalogue;
  const generic = catalogue.generic.map((rule) => ({
    provider: null,
    rule,
    list: null,
    match: compileMatch(rule.match),
  }));
  const lists = catalogue.lists.map((list) => cites(list.name, list.owner ?? null, [list.cited], null));
  const entries: Entry[] = [...providers.flatMap(entriesOf), ...lists, ...generic];
  const codes = new Map<string | null, RegExp[]>([[null, compileAll(catalogue.genericCodes)]]);
  for (const provider of providers) codes.set(provider.key, compileAll(provider.codes));
  const examples = entries.flatMap(({ rule }) => rule?.examples ?? []).map((text) => fold(text).literal);
  const literals = buildLiteralIndex(
    entries.map((entry) => entry.match),
    examples,
  );
  return { entries, literals, codes };
}

/** Built once per catalogue. */
export const ruleIndex = builtOnce(build);

/** A provider's own code says more than any sentence around it. */
export const CODE_WEIGHT = 100;

const namesCode = (entry: Entry, hit: Hit): boolean =>
  hit.code !== null || entry.rule?.blockCode !== undefined;

/** All that a reply shows, the most specific first, then in file order. */
export function seenIn(index: RuleIndex, subject: Subject): Seen[] {
  const seen: Seen[] = [];
  for (const { entry: position, words } of candidates(index.literals, subject.text.literal)) {
    const entry = index.entries[position] as Entry;
    const hit = matches(entry.match, subject, words);
    if (hit === undefined) continue;
    const { provider, rule, list, match } = entry;
    const weight = hit.weight + (namesCode(entry, hit) ? CODE_WEIGHT : 0);
    seen.push({ provider, rule, list, match, weight, code: hit.code, position });
  }
  return seen.length < 2 ? seen : seen.sort((a, b) => b.weight - a.weight || a.position - b.position);
}
