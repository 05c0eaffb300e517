import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { EntryRow } from '../database/tables.ts';
import type { Entry } from './entries.ts';
import { COMMITTED, readPlace } from './news.ts';
import { entryOf } from './store.ts';

/**
 * All timelines as one, for programs that keep a copy. What is new since a place (`news.ts`) is read page by page up to
 * a place that was fixed with the first page, in the order of transactions; what was written meanwhile comes with the
 * next turn. So each entry comes once, whatever order transactions end in.
 */
export type FeedPlace = {
  /** Another one counts its transactions by itself. */
  database: string;
  /** Up to where all was read; null: from the first entry on. */
  since: string | null;
  /** In the middle of a turn: up to where it goes, and the last entry that was read. */
  within: { until: string; transaction: string; id: string } | null;
};
export type Feed = { entries: Entry[]; place: FeedPlace; more: boolean };

type FeedRow = EntryRow & { transaction: string; until: string; known: boolean };

/**
 * Which database this is. One that a backup was brought into has another id; one that was filled by PostgreSQL's own
 * tools has the same id in a row of another transaction.
 */
async function databaseOf(db: Db): Promise<string> {
  const { rows } = await sql<{ database: string }>`
    select id || ' ' || xmin || ' ' || tableoid as database from database_identity`.execute(db);
  // Two that had none would take each other's cursors.
  if (!rows[0]) throw new Error('The row of database_identity is gone.');
  return rows[0].database;
}

/** Behind all that can be read now. */
export async function feedEnd(db: Db): Promise<FeedPlace> {
  const [database, since] = await Promise.all([databaseOf(db), readPlace(db)]);
  return { database, since, within: null };
}

/**
 * The rows behind a place, each with the end of the turn; one without an id where there is none. `known`: whether the
 * place was reached here. It was not where the database's files were put back to what they had been before.
 */
async function rowsBehind(db: Db, { since, within }: FeedPlace, limit: number): Promise<FeedRow[]> {
  const { until, transaction, id } = within ?? { until: null, transaction: null, id: '0' };
  const { rows } = await sql<FeedRow>`
    with turn as materialized (
      select ${since}::pg_snapshot as since, coalesce(${until}::pg_snapshot, pg_current_snapshot()) as until
    )
    select turn.until::text as until,
      greatest(pg_snapshot_xmax(turn.since), pg_snapshot_xmax(turn.until)) <= pg_snapshot_xmax(pg_current_snapshot()) as known,
      e.* from turn left join lateral (
      select *, ${COMMITTED}::text as transaction from timeline_entries
      where (${COMMITTED}, id) > (coalesce(${transaction}::xid8, pg_snapshot_xmin(turn.since), '0'), ${id}::bigint)
        and ${COMMITTED} < pg_snapshot_xmax(turn.until)
        and pg_visible_in_snapshot(${COMMITTED}, turn.until)
        and (turn.since is null or not pg_visible_in_snapshot(${COMMITTED}, turn.since))
      order by ${COMMITTED}, id limit ${limit + 1}::integer) e on true`.execute(db);
  return rows;
}

/** What follows a place, or the first entries of all. Undefined: it is a place of another database, or none at all. */
export async function readFeed(
  db: Db,
  after: FeedPlace | undefined,
  limit: number,
): Promise<Feed | undefined> {
  const database = await databaseOf(db);
  const from = after ?? { database, since: null, within: null };
  if (from.database !== database) return undefined;
  let rows: FeedRow[];
  try {
    rows = await rowsBehind(db, from, limit);
  } catch (error) {
    // A snapshot that PostgreSQL cannot read, which somebody made up.
    if ((error as { code?: string }).code !== '22P02') throw error;
    return undefined;
  }
  if (rows[0]?.known !== true) return undefined;
  const until = rows[0].until;
  const { items, next } = cutPage(
    rows.filter((row) => row.id !== null),
    limit,
    ({ transaction, id }) => ({ until, transaction, id: String(id) }),
  );
  return {
    entries: items.map((row) => entryOf({ ...row, corrected_by: null })),
    place: next ? { ...from, within: next } : { database, since: until, within: null },
    more: next !== null,
  };
}
