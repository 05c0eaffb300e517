import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { Viewer } from '../web/access.ts';
import { askOf } from './ask.ts';
import { estimate, FEW, onIncident, onText } from './find.ts';
import { allOf, factQuery } from './lexemes.ts';
import { asksNothing, type Plan } from './plan.ts';
import { type Reader, readQuery } from './query.ts';
import type { Fault } from './tokens.ts';

/** A condition on incidents, row `i`, and what of the query was not understood. */
type IncidentFilter = { fits: RawBuilder<boolean>; faults: Fault[] };

const INCIDENT = factQuery('kind', 'incident');

/** Incidents with the words in their own text: by number where they are few, else asked one by one. */
async function withWords(db: Db, plan: Plan): Promise<RawBuilder<boolean>> {
  const own = { ...plan, words: allOf([plan.words, INCIDENT]), rest: allOf([plan.rest, INCIDENT]) };
  const { fit } = await estimate(db, own, undefined);
  if (fit > FEW)
    return sql<boolean>`(select ${onText(own)} from search_texts s where s.source = 'incident' and s.source_id = i.number)`;
  const { rows } = await sql<{ number: number }>`
    select s.incident_number as number from search_texts s where ${onText(own)}`.execute(db);
  return sql<boolean>`i.number = any(${rows.map(({ number }) => number)}::int[])`;
}

/** Of a query, what narrows a list of incidents. Dates are those on which they were logged. */
export async function incidentFilter(
  db: Db,
  text: string,
  viewer: Viewer,
  catalogue: Reader['catalogue'],
): Promise<IncidentFilter> {
  const query = readQuery(text, { catalogue, timeZone: viewer.timeZone });
  const plan = await askOf(db, query, viewer);
  const faults = [...query.faults, ...plan.faults];
  // Nothing is like what cannot be understood; all would look like an answer.
  if (asksNothing(plan)) return { fits: sql<boolean>`false`, faults };
  const conditions = [
    onIncident(plan),
    ...(plan.from ? [sql`i.opened_at >= ${plan.from}`] : []),
    ...(plan.to ? [sql`i.opened_at < ${plan.to}`] : []),
    ...(plan.words ? [await withWords(db, plan)] : []),
  ];
  return { fits: sql<boolean>`(${sql.join(conditions, sql` and `)})`, faults };
}
