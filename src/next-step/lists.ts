import type { Provider } from '../providers/schema.ts';
import type { ListRow, Material } from './material.ts';

const DAY = 86_400_000;

const ofOperator = (operator: Provider, rows: ListRow[]): ListRow[] => {
  const zones = new Set(operator.zones?.map(({ zone }) => zone));
  return rows.filter(({ zone }) => zones.has(zone));
};

type List = Provider['lists'][number];

const hasWord = ({ words }: ListRow, { name }: List): boolean =>
  words.split(/[^\w-]+/).includes(name.split(' ').at(-1) ?? name);
const isZoneOf = ({ zone }: ListRow, { key }: List): boolean =>
  zone.startsWith(`${key}.`) || zone.split('.')[0]?.endsWith(key.replace('level', '')) === true;

/** A list is named by a word of the row, such as CSS in an answer of ZEN, which is then not named itself; else by its zone. */
function namedBy(row: ListRow, lists: List[]): List[] {
  const said = lists.filter((list) => list.key !== 'any' && hasWord(row, list));
  return said.length > 0 ? said : lists.filter((list) => isZoneOf(row, list));
}

/** The refusal names a zone that holds several lists, and a look in it has found which. */
const isWhole = ({ lists }: Provider, named: string, listed: ListRow[], seen: string[]): boolean => {
  const list = lists.find(({ key }) => key === named);
  if (!list || seen.length === 0 || seen.includes(named)) return false;
  return named === 'any' || listed.some((row) => isZoneOf(row, list));
};

/** The operator’s lists that the addresses are on: what the refusal names, and what a look found. */
export function listsOf(provider: Provider | undefined, rule: string | null, rows: ListRow[]): string[] {
  if (!provider || provider.lists.length === 0) return [];
  const keys = new Set(provider.lists.map(({ key }) => key));
  const named = rule?.startsWith(`${provider.key}/`) ? rule.slice(provider.key.length + 1) : '';
  const listed = ofOperator(provider, rows).filter((row) => row.listed);
  const seen = listed.flatMap((row) => namedBy(row, provider.lists)).map(({ key }) => key);
  return [
    ...new Set([...(keys.has(named) && !isWhole(provider, named, listed, seen) ? [named] : []), ...seen]),
  ];
}

type Cited = Pick<Material, 'cited' | 'upstream' | 'listRows' | 'row'>;

/** Whether the list that the refusal rests on still has the address; null: it rests on none. */
export function upstreamOf(
  { cited, upstream, listRows, row }: Cited,
  owner: Provider | undefined,
  now: Date,
): 'listed' | 'clear' | 'unknown' | null {
  if (row.reason !== 'listed-on-third-party-list' || cited === null || cited.owner === row.provider)
    return null;
  if (cited.owner === null && cited.name === null) return null;
  const rows = owner ? ofOperator(owner, listRows) : [];
  if (rows.some(({ listed }) => listed)) return 'listed';
  const fresh = rows.filter(({ seenAt }) => now.getTime() - seenAt.getTime() < DAY);
  if (fresh.length > 0 && fresh.length === rows.length) return 'clear';
  if (upstream) return upstream.state === 'recovered' || upstream.state === 'closed' ? 'clear' : 'listed';
  return 'unknown';
}
