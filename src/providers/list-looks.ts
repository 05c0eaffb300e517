import type { Provider } from './schema.ts';
import type { Zone } from './zone-schema.ts';

/** One row of what public lists say of an address or a domain. */
export type ListRow = { zone: string; listed: boolean; words: string; seenAt: Date };

type List = Provider['lists'][number];

const hasWord = (words: string, { name }: List): boolean =>
  words.split(/[^\w-]+/).includes(name.split(' ').at(-1) ?? name);
const isZoneOf = (zone: string, { key }: List): boolean =>
  zone.startsWith(`${key}.`) || zone.split('.')[0]?.endsWith(key.replace('level', '')) === true;

export const ofOperator = ({ zones = [] }: Provider, rows: ListRow[]): ListRow[] => {
  const own = new Set(zones.map(({ zone }) => zone));
  return rows.filter(({ zone }) => own.has(zone));
};

/** A list is named by a word of the row, such as CSS in an answer of ZEN, which is then not named itself; else by its zone. */
function namedBy(row: ListRow, lists: List[]): List[] {
  const said = lists.filter((list) => list.key !== 'any' && hasWord(row.words, list));
  return said.length > 0 ? said : lists.filter((list) => isZoneOf(row.zone, list));
}

const foundIn = ({ lists }: Provider, rows: ListRow[]): List[] => [
  ...new Set(rows.filter(({ listed }) => listed).flatMap((row) => namedBy(row, lists))),
];

/** A zone that answers for a list, by its name or by the meaning of a code. */
const answersFor = ({ zone, codes }: Zone, list: List): boolean =>
  isZoneOf(zone, list) || codes.some(({ meaning }) => hasWord(meaning, list));

/** In the order of the zones’ codes, whose first is the gravest; a list of domains stands in none and comes last. */
function gravestFirst({ zones = [] }: Provider, lists: List[]): List[] {
  const meanings = zones.flatMap(({ codes }) => codes.map(({ meaning }) => meaning));
  const rank = (list: List) => {
    const at = meanings.findIndex((meaning) => hasWord(meaning, list));
    return at === -1 ? meanings.length : at;
  };
  return [...lists].sort((a, b) => rank(a) - rank(b));
}

/**
 * The rule of a list’s operator by which a refusal goes, after looks at its lists: a refusal by ZEN goes by the list in it
 * that a look found, and where a look since the refusal found another one than it named, by that. `rule` is the id within
 * the operator’s file.
 */
export function ruleAfterLook(
  provider: Provider | undefined,
  rule: string | null,
  refusedAt: Date | null,
  looks: ListRow[],
): string | null {
  const named = provider?.lists.find(({ key }) => key === rule);
  if (!provider || !named) return rule;
  const rows = ofOperator(provider, looks);
  const isPartOf = named.key === 'any' || rows.some(({ zone, listed }) => listed && isZoneOf(zone, named));
  const since = isPartOf ? rows : rows.filter(({ seenAt }) => refusedAt === null || seenAt >= refusedAt);
  const found = foundIn(provider, since);
  if (found.length === 0 || found.includes(named)) return rule;
  const wasAsked = since.some((row) =>
    provider.zones?.some((zone) => zone.zone === row.zone && answersFor(zone, named)),
  );
  if (!isPartOf && !wasAsked) return rule;
  const ruled = gravestFirst(provider, found).find(({ key }) =>
    provider.rejections.some(({ id }) => id === key),
  );
  return ruled?.key ?? rule;
}

/** The keys of the operator’s lists that the addresses are on: what the refusal names, and what looks found. */
export function listsOf(provider: Provider | undefined, rule: string | null, looks: ListRow[]): string[] {
  if (!provider) return [];
  const found = foundIn(provider, ofOperator(provider, looks)).map(({ key }) => key);
  const named = provider.lists.filter(({ key }) => key === rule).map(({ key }) => key);
  return [...new Set([...named, ...found])];
}
