import type { Kysely } from 'kysely';
import type { Database } from '../database/tables.ts';
import { Type } from '../json-schema.ts';
import { hours } from '../providers/hours.ts';
import type { Provider } from '../providers/schema.ts';
import { isOwnKey } from './own.ts';
import { KINDS, ROUTE_KINDS } from './words.ts';

/** The list of providers: filtered, and by their letters, so that a long list can be jumped in. */

export const ListQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 100 })),
  kind: Type.Optional(Type.String({ maxLength: 40 })),
  blocked: Type.Optional(Type.String({ maxLength: 5 })),
});
type Asked = { q?: string; kind?: string; blocked?: string };

/** What is not seen at a glance is jumped in. */
const LONG = 30;

const wordsOf = (query: { q?: string }) => (query.q ?? '').trim().toLowerCase();

const matches = (provider: Provider, q: string) =>
  [
    provider.name,
    provider.operator ?? '',
    provider.key,
    ...provider.aliases,
    ...provider.domains,
    ...provider.rejections.map((rule) => rule.blockCode ?? ''),
  ].some((text) => text.toLowerCase().includes(q));

/** The letter that a name stands under: one without its accent, or that of all names which begin with none. */
function letterOf(name: string): string {
  const first = name.normalize('NFD').charAt(0).toUpperCase();
  return first >= 'A' && first <= 'Z' ? first : '0–9';
}

/** Incidents of each provider, and when the last one began. */
async function incidentsOf(db: Kysely<Database>) {
  const counts = await db
    .selectFrom('incidents')
    .select((eb) => ['provider', eb.fn.countAll<number>().as('n'), eb.fn.max('opened_at').as('last')])
    .where('merged_into', 'is', null)
    .groupBy('provider')
    .execute();
  return new Map(counts.map((row) => [row.provider, row]));
}

type Behind = { db: Kysely<Database>; providers: Provider[]; changed: Set<string> };

export async function providersView({ db, providers, changed }: Behind, query: Asked) {
  const q = wordsOf(query);
  const known = await incidentsOf(db);
  const rows = providers
    .filter((one) => !q || matches(one, q))
    .filter((one) => !query.kind || one.kind === query.kind)
    .filter((one) => !query.blocked || known.has(one.key))
    .map((one) => ({
      key: one.key,
      name: one.name,
      operator: one.operator ?? '',
      kind: KINDS[one.kind],
      ask: one.routes[0] ? ROUTE_KINDS[one.routes[0].kind] : '',
      answer: hours(one.timing.answeredWithin),
      mark: isOwnKey(one.key) ? 'yours' : changed.has(one.key) ? 'changed here' : '',
      incidents: known.get(one.key)?.n ?? 0,
      last: known.get(one.key)?.last ?? null,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  return {
    q: query.q ?? '',
    kind: query.kind ?? '',
    blocked: Boolean(query.blocked),
    filtered: Boolean(q || query.kind || query.blocked),
    kinds: Object.entries(KINDS).map(([key, words]) => ({ key, words })),
    n: rows.length,
    isLong: rows.length > LONG,
    letters: [...Map.groupBy(rows, ({ name }) => letterOf(name))].map(([letter, of]) => ({
      letter,
      id: `l-${letter.slice(0, 1).toLowerCase()}`,
      rows: of,
    })),
  };
}
