import { verdictBadge } from '../correspondence/verdict-badge.ts';
import { visible, visibleName } from '../correspondence/visible-signs.ts';
import { stateWords } from '../incidents/incidents.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { providerMeant } from '../providers/choice.ts';
import { linkTo } from '../web/links.ts';
import { loosen } from './loosen.ts';
import type { Piece } from './marks.ts';
import { IS, KINDS, type Kind, OPERATORS, type Operator, shapeOf } from './operators.ts';
import type { Result, Sort } from './search.ts';
import type { Facet, Hit } from './store.ts';
import type { Fault } from './tokens.ts';

/** Where something that was found is read. */
export function linkOf(hit: Hit): string {
  const of = hit.incident ? `/incidents/${hit.incident.number}` : '';
  switch (hit.kind) {
    case 'incident':
      return of;
    case 'message':
      return of ? `${of}/messages/${hit.sourceId}` : `/unfiled/${hit.sourceId}`;
    case 'letter':
      return `${of}/letters/${hit.sourceId}`;
    case 'note':
      return `${of}?show=notes#e${hit.sourceId}`;
    case 'ticket':
      return `${of}#h-tick`;
    case 'address':
      return `/addresses/${hit.network}`;
    case 'person':
      return searchLink(`assignee:"${hit.title.map(({ text }) => text).join('')}"`);
  }
}

export const searchLink = (q: string, more: Record<string, string> = {}): string =>
  linkTo('/search', new URLSearchParams({ ...(q ? { q } : {}), ...more }));

const KIND_WORDS: Record<Kind, string> = {
  incident: 'Incident',
  message: 'Message',
  letter: 'Letter',
  note: 'Note',
  ticket: 'Ticket',
  address: 'Address',
  person: 'Person',
};
/** Whose words stand below a hit: a machine's, what was written to somebody, or our own. */
const VOICES: Partial<Record<Kind, string>> = {
  incident: 'machine-words',
  ticket: 'machine-words',
  message: 'said',
  letter: 'said',
};
const KIND_ICONS: Record<Kind, string> = {
  incident: 'k-state',
  message: 'k-in',
  letter: 'k-out',
  note: 'k-note',
  ticket: 'k-note',
  address: 'k-note',
  person: 'k-note',
};

function whatOf({ kind, direction, letterState }: Hit): string {
  if (kind === 'message') return direction === 'out' ? 'Message out' : 'Message in';
  if (kind === 'letter') return letterState === 'sent' ? 'Letter, sent' : 'Letter, draft';
  return KIND_WORDS[kind];
}

/** Mail writes what it likes: signs that turn or hide others are shown. */
const shown = (pieces: Piece[]): Piece[] => pieces.map(({ text, found }) => ({ text: visible(text), found }));

function hitView(hit: Hit) {
  return {
    what: whatOf(hit),
    kind: hit.kind,
    // An incident's title stands above all that was found in it.
    title: hit.kind === 'incident' ? [] : shown(hit.title),
    voice: VOICES[hit.kind] ?? '',
    snippet: shown(hit.snippet),
    href: linkOf(hit),
    at: hit.at,
    verdict: hit.verdict ? stateWords(hit.verdict) : '',
    ...verdictBadge(hit),
    mark: hit.kind === 'message' && hit.direction === 'out' ? 'k-out' : KIND_ICONS[hit.kind],
    by: visibleName(hit.by ?? ''),
    unfiled: hit.kind === 'message' && hit.incident === null,
  };
}

/** What was found, that of one incident together, in the order of the first of each. */
function groupsOf(hits: Hit[], catalogue: Catalogue) {
  const groups = new Map<string, { hits: Hit[] }>();
  for (const hit of hits) {
    const key = hit.incident ? `#${hit.incident.number}` : `${hit.kind} ${hit.sourceId}`;
    const group = groups.get(key);
    if (group) group.hits.push(hit);
    else groups.set(key, { hits: [hit] });
  }
  return [...groups.values()].map((group) => {
    const [{ incident } = { incident: null }] = group.hits;
    const own = group.hits.find(({ kind }) => kind === 'incident');
    return {
      incident: incident && {
        ...incident,
        provider: catalogue.byKey.get(incident.provider)?.name ?? incident.provider,
        stateWords: stateWords(incident.state),
        // Where its title has the words, they are marked there.
        title: own ? own.title : [{ text: incident.title, found: false }],
      },
      hits: group.hits.map(hitView),
    };
  });
}

/** What a query names itself: a provider by its name, and what stands nowhere in an incident. */
function directView({ query }: Result, direct: Hit[], catalogue: Catalogue) {
  const [only, ...others] = query.groups.flat();
  const provider =
    only?.asked.is === 'words' && others.length === 0 ? providerMeant(only.asked.text, catalogue) : undefined;
  return [
    ...(provider
      ? [
          {
            what: 'Provider',
            title: [{ text: provider.name, found: false }],
            href: `/providers/${provider.key}`,
          },
        ]
      : []),
    ...direct.map(hitView),
  ];
}

/** The query with each place that was not understood, and what was wrong there. */
const faultView = (q: string, { at, length, words }: Fault) => ({
  before: q.slice(Math.max(0, at - 40), at),
  cut: at > 40,
  wrong: q.slice(at, at + length).slice(0, 80),
  after: q.slice(at + length, at + length + 30),
  words,
});

const FACETS: { of: Facet['of']; title: string; operator: Operator }[] = [
  { of: 'kind', title: 'Kind', operator: 'kind' },
  { of: 'provider', title: 'Provider', operator: 'provider' },
  { of: 'state', title: 'State', operator: 'state' },
  { of: 'year', title: 'Year', operator: 'on' },
];
const MOST_VALUES = 8;

function facetsView(result: Result, q: string, sort: Sort, catalogue: Catalogue) {
  return FACETS.map(({ of, title, operator }) => ({
    title,
    rows: result.facets
      .filter((facet) => facet.of === of)
      .slice(0, MOST_VALUES)
      .map(({ value, n }) => ({
        words: of === 'provider' ? (catalogue.byKey.get(value)?.name ?? value) : stateWords(value),
        n,
        href: searchLink(`${q} ${operator}:${value}`.trim(), sort === 'best' ? { sort } : {}),
      })),
  })).filter(({ rows }) => rows.length > 1);
}

/** All operators, for the help and for completion. */
const operatorHelp = () =>
  (Object.keys(OPERATORS) as Operator[]).map((name) => ({
    name,
    ...shapeOf(name),
    values: (shapeOf(name).values ?? []).join(', '),
  }));

export function searchView(
  result: Result,
  asked: { q: string; sort: Sort; isFirst: boolean; next: string; direct: Hit[] },
  catalogue: Catalogue,
) {
  const { q, sort } = asked;
  const { query } = result;
  return {
    q,
    sort,
    pageTitle: q.trim() ? `${q.trim().slice(0, 60)} · Search` : 'Search',
    asked: q.trim() !== '',
    nothing: result.nothing,
    faults: result.faults.map((fault) => faultView(query.text, fault)),
    groups: groupsOf(result.hits, catalogue),
    n: result.n,
    more: result.more,
    isFirst: asked.isFirst,
    until: result.until,
    direct: directView(result, asked.direct, catalogue),
    facets: facetsView(result, q.trim(), sort, catalogue),
    looser:
      result.hits.length > 0 || result.nothing
        ? []
        : loosen(query).map(({ words, query: to }) => ({ words, href: searchLink(to) })),
    byNewest: searchLink(q),
    byBest: searchLink(q, { sort: 'best' }),
    first: searchLink(q, sort === 'best' ? { sort } : {}),
    next: asked.next,
    operators: operatorHelp(),
    kinds: KINDS,
    is: IS,
  };
}
