import type { Db } from '../database/open.ts';
import type { Viewer } from '../web/access.ts';
import { askOf } from './ask.ts';
import { best, find, type Place } from './find.ts';
import { allOf, anyOf, factQuery } from './lexemes.ts';
import { asksNothing, type Plan } from './plan.ts';
import { type Query, type Reader, readQuery } from './query.ts';
import { countFacets, type Facet, type Hit, readHits } from './store.ts';
import type { Fault } from './tokens.ts';

export const SORTS = ['newest', 'best'] as const;
export type Sort = (typeof SORTS)[number];

/** Where the next page starts: by time, or by score. */
export type After = { sort: 'newest'; place: Place } | { sort: 'best'; score: number; id: number };

export type Asking = {
  text: string;
  sort: Sort;
  limit: number;
  after?: After | undefined;
  /** Whether what was found is divided by kind, provider, state and year. */
  facets: boolean;
};
export type Result = {
  query: Query;
  plan: Plan;
  faults: Fault[];
  /** Nothing was asked that could be looked for. */
  nothing: boolean;
  hits: Hit[];
  next: After | null;
  /** How many were found, at least; `more` where the search stopped there. */
  n: number;
  more: boolean;
  /** Set where the search stopped before this moment: older texts were not looked at. */
  until: Date | null;
  facets: Facet[];
};

/** So many are divided into facets, and the best are chosen among so many. */
export const MOST_COUNTED = 500;
const ENOUGH_FOR_BEST = 200;

/** Looks a query up. Nothing in it is an error: what could not be understood is in `faults`. */
export async function search(
  db: Db,
  asking: Asking,
  viewer: Viewer,
  catalogue: Reader['catalogue'],
): Promise<Result> {
  const query = readQuery(asking.text, { catalogue, timeZone: viewer.timeZone });
  const plan = await askOf(db, query, viewer);
  const result = {
    query,
    plan,
    faults: [...query.faults, ...plan.faults].sort((a, b) => a.at - b.at),
    nothing: asksNothing(plan),
  };
  if (result.nothing) return { ...result, hits: [], next: null, n: 0, more: false, until: null, facets: [] };
  return {
    ...result,
    ...(await (asking.sort === 'best' && plan.words ? bestFirst : newestFirst)(db, plan, asking, viewer)),
  };
}

const MOST_DIRECT = 5;
const DIRECT = anyOf(['address', 'ticket', 'person'].map((kind) => factQuery('kind', kind)));

/** Addresses, tickets and people that fit: whoever asks for one of them wants to go there. */
export async function directHits(db: Db, { plan }: Result): Promise<Hit[]> {
  if (!plan.shown) return [];
  const direct = { ...plan, words: allOf([plan.words, DIRECT]), rest: allOf([plan.rest, DIRECT]) };
  const { places } = await find(db, direct, { limit: MOST_DIRECT, enough: 1 });
  return readHits(db, direct, idsOf(places));
}

type Page = Pick<Result, 'hits' | 'next' | 'n' | 'more' | 'until' | 'facets'>;

async function newestFirst(db: Db, plan: Plan, asking: Asking, { timeZone }: Viewer): Promise<Page> {
  const { limit, after } = asking;
  const counted = asking.facets ? MOST_COUNTED : limit;
  const { places, whole, until } = await find(db, plan, {
    limit: counted + 1,
    enough: limit + 1,
    after: after?.sort === 'newest' ? after.place : undefined,
  });
  const shown = places.slice(0, limit);
  const last = places.length > limit ? shown.at(-1) : until;
  const [hits, facets] = await Promise.all([
    readHits(db, plan, idsOf(shown)),
    asking.facets ? countFacets(db, idsOf(places.slice(0, MOST_COUNTED)), timeZone) : [],
  ]);
  return {
    hits,
    facets,
    next: last ? { sort: 'newest', place: last } : null,
    n: Math.min(places.length, counted),
    more: !whole,
    until: until?.at ?? null,
  };
}

/** The best are chosen among the newest that fit. */
async function bestFirst(db: Db, plan: Plan, asking: Asking, { timeZone }: Viewer): Promise<Page> {
  const { limit, after } = asking;
  const { places, whole } = await find(db, plan, { limit: MOST_COUNTED + 1, enough: ENOUGH_FOR_BEST });
  const among = places.slice(0, MOST_COUNTED);
  const ranked = await best(db, plan, among, {
    limit: limit + 1,
    after: after?.sort === 'best' ? after : undefined,
  });
  const shown = ranked.slice(0, limit);
  const last = ranked.length > limit ? shown.at(-1) : undefined;
  const [hits, facets] = await Promise.all([
    readHits(db, plan, idsOf(shown)),
    asking.facets ? countFacets(db, idsOf(among), timeZone) : [],
  ]);
  return {
    hits,
    facets,
    next: last ? { sort: 'best', ...last } : null,
    n: among.length,
    more: !whole,
    until: null,
  };
}

const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id);
