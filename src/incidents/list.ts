import { type RawBuilder, sql } from 'kysely';
import type { Network } from '../addresses/address.ts';
import { numbersWith } from '../custom-fields/store.ts';
import type { Db } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { IncidentRow, IncidentState } from '../database/tables.ts';
import { STAMP } from '../next-step/kept-steps.ts';
import { numbersTagged, tagsOf } from '../tags/store.ts';
import { numbersWatched } from '../watchers/store.ts';
import { numbersOf } from './of-network.ts';
import { addressesOf } from './store.ts';

export type IncidentQuery = {
  limit: number;
  /** Number after which the page starts. */
  after?: number | undefined;
  states?: IncidentState[] | undefined;
  provider?: string | undefined;
  assigneeId?: number | undefined;
  /** Incidents of addresses inside this range, or around this address. */
  network?: Network | undefined;
  /** A further condition, on row `i`. */
  fits?: RawBuilder<boolean> | undefined;
  /** Incidents with all of these tags. */
  tags?: string[] | undefined;
  /** Incidents with this value in a custom field. */
  field?: { key: string; value: string } | undefined;
  watcherId?: number | undefined;
};
export type IncidentListed = IncidentRow & {
  addresses: string[];
  tags: string[];
  assignee_name: string | null;
};

/** How many incidents there are of addresses inside a range, or around an address. */
export async function countIncidents(
  db: Db,
  network: Network,
): Promise<{ incidents: number; unfinished: number }> {
  return db
    .selectFrom('incidents')
    .select((eb) => [
      eb.fn.countAll<number>().as('incidents'),
      sql<number>`count(*) filter (where state <> 'closed')`.as('unfinished'),
    ])
    .where('number', 'in', numbersOf(network))
    .executeTakeFirstOrThrow();
}

type IncidentPage<More = unknown> = { items: (IncidentListed & More)[]; next: number | null };

function rowsAsked(db: Db, query: IncidentQuery) {
  let rows = db
    .selectFrom('incidents as i')
    .leftJoin('users as u', 'u.id', 'i.assignee_id')
    .selectAll('i')
    .select('u.name as assignee_name')
    // What became a part of another is found there.
    .where('i.merged_into', 'is', null)
    .orderBy('i.number', 'desc')
    .limit(query.limit + 1);
  if (query.after !== undefined) rows = rows.where('i.number', '<', query.after);
  if (query.states?.length) rows = rows.where('i.state', 'in', query.states);
  if (query.provider) rows = rows.where('i.provider', '=', query.provider);
  if (query.assigneeId !== undefined) rows = rows.where('i.assignee_id', '=', query.assigneeId);
  if (query.network) rows = rows.where('i.number', 'in', numbersOf(query.network));
  for (const tag of query.tags ?? []) rows = rows.where('i.number', 'in', numbersTagged(db, tag));
  if (query.field) rows = rows.where('i.number', 'in', numbersWith(db, query.field));
  if (query.watcherId !== undefined) rows = rows.where('i.number', 'in', numbersWatched(db, query.watcherId));
  if (query.fits) rows = rows.where(query.fits);
  return rows;
}

/** A page of incidents, newest number first. */
export const listIncidents = async (db: Db, query: IncidentQuery): Promise<IncidentPage> =>
  pageOf(db, query, await rowsAsked(db, query).execute());

/** The same with the stamps by which next steps are kept. */
export const listStamped = async (db: Db, query: IncidentQuery): Promise<IncidentPage<{ stamp: string }>> =>
  pageOf(db, query, await rowsAsked(db, query).select(STAMP.as('stamp')).execute());

async function pageOf<Row extends IncidentRow>(db: Db, query: IncidentQuery, found: Row[]) {
  const { items: page, next } = cutPage(found, query.limit, ({ number }) => number);
  const numbers = page.map((row) => row.number);
  const [addresses, tags] = await Promise.all([addressesOf(db, numbers), tagsOf(db, numbers)]);
  const items = page.map((row) => ({
    ...row,
    addresses: addresses.get(row.number) ?? [],
    tags: tags.get(row.number) ?? [],
  }));
  return { items, next };
}
