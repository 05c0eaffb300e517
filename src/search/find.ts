import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { Plan } from './plan.ts';

/** Where in the order of what is found, newest first, something stands. */
export type Place = { at: Date; id: number };
export type Found = {
  places: Place[];
  /** Whether there is no more than this. */
  whole: boolean;
  /** Set where the search stopped before the end: what is older was not looked at. */
  until: Place | null;
};
export type Bounds = {
  /** At most so many. */
  limit: number;
  /** With so many the search may stop, though there may be more. */
  enough: number;
  after?: Place | undefined;
};

/** So many texts at most are read one after the other, newest first. */
const WINDOW = 5000;
/** More than is enough is looked for in so many only. */
const SMALL_WINDOW = 1500;
/** So many texts can be read by the index of words and sorted in that time. */
export const FEW = 3000;
/** More than this is not looked through at once: the page says so, and goes on from there. */
const FAR = 50_000;
/** Incidents of a state or a person, up to so many, are asked one by one. */
const FEW_INCIDENTS = 500;
const VERY_FEW_INCIDENTS = 50;

const likeOf = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
const all = (conditions: RawBuilder<unknown>[]) =>
  conditions.length > 0 ? sql`${sql.join(conditions, sql` and `)}` : sql`true`;

/** Conditions on the text itself, row `s`. */
export function onText(plan: Plan): RawBuilder<unknown> {
  if (!plan.words) return sql`true`;
  const fits = sql`s.words @@ ${plan.words}::tsquery`;
  if (plan.fragments.length === 0) return fits;
  const parts = all([
    ...plan.fragments.map((part) => sql`s.title ilike ${likeOf(part)}`),
    ...(plan.rest ? [sql`s.words @@ ${plan.rest}::tsquery`] : []),
  ]);
  return sql`(${fits} or (${parts}))`;
}

function onTime(plan: Plan, after: Place | undefined): RawBuilder<unknown> {
  return all([
    ...(plan.from ? [sql`s.at >= ${plan.from}`] : []),
    ...(plan.to ? [sql`s.at < ${plan.to}`] : []),
    ...(after ? [sql`(s.at, s.id) < (${after.at}, ${after.id}::bigint)`] : []),
  ]);
}

const hasIncidentFilter = (plan: Plan) =>
  plan.tags.length > 0 || plan.states !== null || plan.assignees !== null || plan.notAssignees.length > 0;

const tagged = (names: string[]) => sql`
  select it.incident_number from incident_tags it join tags t on t.id = it.tag_id where t.name = any(${names}::text[])`;

/** Conditions on the incident, row `i`. */
export function onIncident(plan: Plan): RawBuilder<unknown> {
  const among = (ids: (number | null)[]) => {
    const known = ids.filter((id) => id !== null);
    return sql`(i.assignee_id = any(${known}::int[]) ${ids.includes(null) ? sql`or i.assignee_id is null` : sql``})`;
  };
  return all([
    ...(plan.states ? [sql`i.state = any(${plan.states}::text[])`] : []),
    ...(plan.assignees ? [among(plan.assignees)] : []),
    ...plan.tags.map(
      ({ names, not }) => sql`i.number ${not ? sql`<> all` : sql`= any`} (array(${tagged(names)}))`,
    ),
    ...(plan.notAssignees.length > 0 ? [sql`${among(plan.notAssignees)} is not true`] : []),
  ]);
}

/** Asked for each text, after its words: the planner cannot make a reading of all incidents of it. */
const ofIncident = (plan: Plan) =>
  hasIncidentFilter(plan)
    ? sql`(select ${onIncident(plan)} from incidents i where i.number = s.incident_number)`
    : sql`true`;

const newest = sql`order by s.at desc, s.id desc`;

async function run(db: Db, query: RawBuilder<Place>): Promise<Place[]> {
  return (await query.execute(db)).rows;
}

/** What fits among the newest so many texts. */
const inWindow = (db: Db, plan: Plan, bounds: Bounds, rows: number) =>
  run(
    db,
    sql<Place>`
      select s.id, s.at from (
        select s.id, s.at, s.title, s.words, s.incident_number from search_texts s
        where ${onTime(plan, bounds.after)} ${newest} limit ${rows}
      ) s where ${onText(plan)} and ${ofIncident(plan)} ${newest} limit ${bounds.limit}`,
  );

/** All that fits is found first and sorted after: the planner must not walk along the dates. */
const byWords = (db: Db, plan: Plan, bounds: Bounds) =>
  run(
    db,
    sql<Place>`
      with s as materialized (
        select s.id, s.at, s.incident_number from search_texts s
        where ${onText(plan)} and ${onTime(plan, bounds.after)}
      ) select s.id, s.at from s where ${ofIncident(plan)} ${newest} limit ${bounds.limit}`,
  );

const byIncidents = (db: Db, plan: Plan, bounds: Bounds, numbers: number[]) =>
  run(
    db,
    sql<Place>`
      with s as materialized (
        select s.id, s.at from search_texts s
        where s.incident_number = any(${numbers}::int[]) and ${onText(plan)} and ${onTime(plan, bounds.after)}
      ) select s.id, s.at from s ${newest} limit ${bounds.limit}`,
  );

/** The incidents of a state or a person, where they are few. */
async function fewIncidents(db: Db, plan: Plan): Promise<number[] | undefined> {
  if (!hasIncidentFilter(plan)) return undefined;
  const { rows } = await sql<{ number: number }>`
    select i.number from incidents i where ${onIncident(plan)} order by i.number desc limit ${FEW_INCIDENTS + 1}`.execute(
    db,
  );
  return rows.length <= FEW_INCIDENTS ? rows.map(({ number }) => number) : undefined;
}

type Explained = { 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] };

/** How many texts the planner believes to fit, and how many there are: the way to look follows from it. */
export async function estimate(
  db: Db,
  plan: Plan,
  after: Place | undefined,
): Promise<{ fit: number; of: number }> {
  // Ranges around an address are many and each is rare: the planner believes of all that they are in use.
  const guessed = { ...plan, words: plan.words.replace(/ \| '(?:ip|of)[46]=[01]*'(?!:)/g, '') };
  const [explained, table] = await Promise.all([
    sql<Explained>`explain (format json) select from search_texts s where ${onText(guessed)} and ${onTime(plan, after)}`.execute(
      db,
    ),
    sql<{
      n: number;
    }>`select reltuples::float8 as n from pg_class where oid = 'search_texts'::regclass`.execute(db),
  ]);
  const fit = explained.rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  return { fit, of: Math.max(fit, table.rows[0]?.n ?? 0, 1) };
}

/** The place after which a window of so many texts ends; none: it held all that there is. */
async function endOf(db: Db, plan: Plan, bounds: Bounds, rows: number): Promise<Place | null> {
  const [last] = await run(
    db,
    sql<Place>`select s.id, s.at from search_texts s where ${onTime(plan, bounds.after)} ${newest} offset ${rows - 1} limit 1`,
  );
  return last ?? null;
}

/**
 * What fits, newest first. Rare words are found by their index and sorted; common ones stand among the newest
 * texts. Neither way is good for both, so the planner's estimate says which is taken.
 */
export async function find(db: Db, plan: Plan, bounds: Bounds): Promise<Found> {
  const all = (places: Place[]): Found => ({ places, whole: places.length < bounds.limit, until: null });
  const [numbers, { fit, of }] = await Promise.all([
    fewIncidents(db, plan),
    estimate(db, plan, bounds.after),
  ]);
  if (numbers && numbers.length <= VERY_FEW_INCIDENTS)
    return all(numbers.length > 0 ? await byIncidents(db, plan, bounds, numbers) : []);
  const byIndex = asksForSomething(plan.words);
  if (byIndex && fit <= FEW) return all(await byWords(db, plan, bounds));
  for (const rows of windowsFor(plan, bounds, of / fit)) {
    const places = await inWindow(db, plan, bounds, rows);
    if (places.length >= bounds.enough) return { places, whole: false, until: null };
  }
  if (numbers) return all(await byIncidents(db, plan, bounds, numbers));
  if (byIndex && fit <= FAR && !hasIncidentFilter(plan)) return all(await byWords(db, plan, bounds));
  const further = await inWindow(db, plan, bounds, FAR);
  const until = further.length >= bounds.enough ? null : await endOf(db, plan, bounds, FAR);
  return { places: further, whole: until === null && further.length < bounds.limit, until };
}

/** Whether anything is left of a query but what must not be there, for which no index is of use. */
const asksForSomething = (words: string) =>
  words.replace(/!(?:\([^()]*\)|'(?:[^']|'')*'(?::\*)?)/g, '').includes("'");

/**
 * How many texts are read for enough of them to fit, one in so many doing so. What is newest may be of another kind,
 * such as addresses that were all added at once: then more is read.
 */
function windowsFor(plan: Plan, { limit, enough }: Bounds, oneIn: number): number[] {
  if (hasIncidentFilter(plan)) return [WINDOW];
  const rowsFor = (hits: number) => Math.ceil(hits * oneIn * 1.5) + 100;
  const likely = Math.min(WINDOW, Math.max(rowsFor(enough), Math.min(rowsFor(limit), SMALL_WINDOW)));
  return likely < WINDOW / 2 ? [likely, WINDOW] : [WINDOW];
}

/** The best of some: words in titles and those that stand often come first. */
export async function best(
  db: Db,
  plan: Plan,
  places: Place[],
  page: { limit: number; after?: { score: number; id: number } | undefined },
): Promise<{ id: number; score: number }[]> {
  if (!plan.words) return [];
  const { after } = page;
  const { rows } = await sql<{ id: number; score: number }>`
    select id, score from (
      select s.id, 1 + round(ts_rank(s.words, ${plan.shown || plan.words}::tsquery, 1) * 1000000)::int as score
      from search_texts s where s.id = any(${places.map(({ id }) => id)}::bigint[])
    ) ranked
    where ${after ? sql`(score, id) < (${after.score}::int, ${after.id}::bigint)` : sql`true`}
    order by score desc, id desc limit ${page.limit}`.execute(db);
  return rows;
}
