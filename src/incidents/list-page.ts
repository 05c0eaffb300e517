import { parseNetwork } from '../addresses/address.ts';
import { askedFields } from '../custom-fields/store.ts';
import type { Db } from '../database/open.ts';
import { type Static, Type } from '../json-schema.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { noSuchProvider, providerChoices, providerMeant } from '../providers/choice.ts';
import { incidentFilter } from '../search/incident-filter.ts';
import { shownTags, tagNames } from '../tags/tag.ts';
import type { Viewer } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { linkTo } from '../web/links.ts';
import { durations, STATES, stateWords } from './incidents.ts';
import { type IncidentListed, type IncidentQuery, listIncidents } from './list.ts';

const FILTERS = {
  state: Type.Optional(Type.String({ maxLength: 40 })),
  provider: Type.Optional(Type.String({ maxLength: 120 })),
  address: Type.Optional(Type.String({ maxLength: 80 })),
  q: Type.Optional(Type.String({ maxLength: 500 })),
  mine: Type.Optional(Type.String({ maxLength: 5 })),
  watched: Type.Optional(Type.String({ maxLength: 5 })),
  tag: Type.Optional(Type.String({ maxLength: 200 })),
  field: Type.Optional(Type.String({ maxLength: 60 })),
  value: Type.Optional(Type.String({ maxLength: 200 })),
};
export const ListQuery = Type.Object({
  ...FILTERS,
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  /** `all`: every row is selected. */
  select: Type.Optional(Type.String({ maxLength: 5 })),
  /** The action on several incidents that the page tells of. */
  bulk: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
});
export type ListQuery = Static<typeof ListQuery>;

/** More tags in one filter ask for nothing that anybody means. */
const FILTER_TAGS = 5;
const SHOWN_TAGS = 4;
const ROWS = 50;

/** Where in the list somebody is: filters and page, without what was selected or done. */
export function listParams(
  query: { [Name in keyof ListQuery]?: ListQuery[Name] | undefined },
): URLSearchParams {
  const names = [...Object.keys(FILTERS), 'cursor'] as (keyof ListQuery)[];
  return new URLSearchParams(
    names.flatMap((name): [string, string][] => (query[name] ? [[name, String(query[name])]] : [])),
  );
}

function statesOf(state: string) {
  const known = STATES.find((one) => one === state);
  if (known) return [known];
  return state === 'not-closed' ? STATES.filter((one) => one !== 'closed') : undefined;
}

/** What is asked for, or what is wrong with it, by field. */
async function readFilters(db: Db, query: ListQuery, viewer: Viewer, catalogue: Catalogue) {
  const { state = '', provider = '', address = '', q = '', tag = '', field = '', value = '' } = query;
  const errors: Record<string, string> = {};
  let network: ReturnType<typeof parseNetwork> | undefined;
  const meant = provider ? providerMeant(provider, catalogue) : undefined;
  if (provider && !meant) errors['provider'] = noSuchProvider(provider);
  if (address) {
    try {
      network = parseNetwork(address);
    } catch (error) {
      errors['address'] = (error as Error).message;
    }
  }
  let tags: string[] = [];
  try {
    tags = tagNames(tag, 'tag').slice(0, FILTER_TAGS);
  } catch (error) {
    errors['tag'] = (error as Error).message;
  }
  if (field && !value) errors['value'] = 'Say what stands in the field.';
  const filter = q.trim() ? await incidentFilter(db, q, viewer, catalogue) : undefined;
  const own = viewer.userId ?? undefined;
  const asked: IncidentQuery = {
    limit: ROWS,
    after: readCursor(query.cursor, 'incidents', ['number'])?.[0],
    states: statesOf(state),
    provider: meant?.key,
    assigneeId: query.mine ? own : undefined,
    watcherId: query.watched ? own : undefined,
    tags,
    field: field ? { key: field, value } : undefined,
    network,
    fits: filter?.fits,
  };
  const [fault] = filter?.faults ?? [];
  return { asked, errors, fault, providerName: meant?.name ?? provider };
}

const rowView = (row: IncidentListed, now: Date, isSelected: boolean) => ({
  number: row.number,
  title: row.title,
  state: row.state,
  stateWords: stateWords(row.state),
  addresses: row.addresses.slice(0, 3),
  more: Math.max(0, row.addresses.length - 3),
  codes: row.block_codes.slice(0, 2),
  openedAt: row.opened_at,
  blockedMs: durations(row, now).blocked,
  round: row.round,
  assignee: row.assignee_name ?? '',
  ...shownTags(row.tags, SHOWN_TAGS),
  selected: isSelected,
});

/** The list of incidents. `selected`: numbers that are selected when the page comes. */
export async function listView(
  { db, catalogue }: { db: Db; catalogue: Catalogue },
  viewer: Viewer,
  query: ListQuery,
  selected: ReadonlySet<number> = new Set(),
) {
  const { asked, errors, fault, providerName } = await readFilters(db, query, viewer, catalogue);
  const none = { items: [], next: null };
  const [fields, page] = await Promise.all([
    askedFields(db),
    Object.keys(errors).length > 0 ? none : listIncidents(db, asked),
  ]);
  const now = new Date();
  const here = listParams(query);
  const first = listParams({ ...query, cursor: undefined });
  const filtered = first.size > 0;
  const next = page.next === null ? '' : writeCursor('incidents', [page.next]);
  const value = (name: keyof typeof FILTERS) => query[name] ?? '';
  return {
    query: {
      ...(Object.fromEntries(Object.keys(FILTERS).map((name) => [name, value(name as 'q')])) as Record<
        keyof typeof FILTERS,
        string
      >),
      provider: providerName,
    },
    // Words that are not understood are left out of the search, and named.
    errors: fault ? { ...errors, q: `${fault.words}.` } : errors,
    filtered,
    fields: fields.map(({ key, name }) => ({ key, name })),
    states: ['not-closed', ...STATES].map((one) => ({ key: one, words: stateWords(one) })),
    choices: providerChoices(catalogue),
    rows: page.items.map((row) => rowView(row, now, query.select === 'all' || selected.has(row.number))),
    next: next ? linkTo('/incidents', listParams({ ...query, cursor: next })) : '',
    first: query.cursor ? linkTo('/incidents', first) : '',
    here: here.toString(),
    selectAll: `/incidents?${new URLSearchParams([...here, ['select', 'all']]).toString()}`,
  };
}
