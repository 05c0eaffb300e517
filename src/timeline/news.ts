import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { EntryKind } from './entries.ts';

/**
 * What is new in all timelines. Ids of entries become visible in the order of commits, not in their own, so "greater
 * than the last one seen" would miss entries. A place is a snapshot of PostgreSQL: which transactions could be seen. New
 * is what is visible now and was not then, whatever order transactions end in.
 */

/** The transaction that wrote an entry. What came with a backup has none here, and stands before all others. */
export const COMMITTED = sql`coalesce(xact, '0'::xid8)`;

/** A snapshot as PostgreSQL writes it: `xmin:xmax:xip,…`. */
export const PLACE = /^\d{1,19}:\d{1,19}:[\d,]{0,4000}$/;

export type NewsEntry = { number: number; kind: EntryKind };
/** `isAll`: too much is new to be told, or the place is none of this database. */
export type News = { entries: NewsEntry[]; place: string; isAll: boolean };

/** The place of this moment: whatever is read afterwards is at least as new. */
export async function readPlace(db: Db): Promise<string> {
  const { rows } = await sql<{ place: string }>`select pg_current_snapshot()::text as place`.execute(db);
  return rows[0]?.place ?? '';
}

const RECENT_MS = 2000;
const recent = new WeakMap<Db, { place: string; until: number }>();

/** A place of the last two seconds: for a page that is about to be read, at the price of now and then telling it twice. */
export async function recentPlace(db: Db): Promise<string> {
  const held = recent.get(db);
  if (held && held.until > performance.now()) return held.place;
  const until = performance.now() + RECENT_MS;
  const place = await readPlace(db);
  recent.set(db, { place, until });
  return place;
}

type NewsRow = { place: string; known: boolean; number: number | null; kind: EntryKind | null };

/**
 * Entries that became visible since a place, in one range of an index, and the place after them. An entry that was
 * restored from another server can have the number of a transaction that is still to come here: it is no news.
 */
export async function readNews(db: Db, since: string, limit: number): Promise<News> {
  if (!PLACE.test(since)) return { entries: [], place: await readPlace(db), isAll: true };
  let rows: NewsRow[];
  try {
    ({ rows } = await sql<NewsRow>`
      with place as materialized (
        select pg_current_snapshot() as now, ${since}::pg_snapshot as since
      )
      select place.now::text as place, pg_snapshot_xmax(place.since) <= pg_snapshot_xmax(place.now) as known,
        e.incident_number as number, e.kind
      from place left join lateral (
        select incident_number, kind from timeline_entries
        where ${COMMITTED} >= pg_snapshot_xmin(place.since) and ${COMMITTED} < pg_snapshot_xmax(place.now)
          and not pg_visible_in_snapshot(${COMMITTED}, place.since)
        order by ${COMMITTED} limit ${limit + 1}::integer) e on true`.execute(db));
  } catch (error) {
    // A place that PostgreSQL cannot read, which somebody made up.
    if ((error as { code?: string }).code !== '22P02') throw error;
    return { entries: [], place: await readPlace(db), isAll: true };
  }
  const entries = rows.flatMap(({ number, kind }) => (number !== null && kind ? [{ number, kind }] : []));
  const isAll = rows[0]?.known !== true || entries.length > limit;
  return { entries: isAll ? [] : entries, place: rows[0]?.place ?? since, isAll };
}
