import type { Db } from '../database/open.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Definition } from './definition.ts';
import type { Row, Value } from './found.ts';
import { type Named, namesOf } from './names.ts';
import type { Period } from './period.ts';
import { type ReportQuery, readScope, type Scope } from './query.ts';

export type ReportRow = Row & Named & { before: Row | null };
/** A report as it came out, for its page, its table, the API and a mail alike. */
export type Report = {
  definition: Definition;
  query: ReportQuery;
  scope: Scope;
  before: Period | null;
  rows: ReportRow[];
  all: Row;
  allBefore: Row | null;
  more: number;
};

/** Fewer incidents than these make a number that says little. */
export const FEW = 10;
/** Rows of a page; a table for a program has them all, up to the most. */
export const ROWS_SHOWN = 50;
export const MOST_ROWS = 5000;

export type Values = Record<string, Value>;

/** Works a report out, and beside it the period before where that is asked for. */
export async function runReport(
  { db, catalogue }: { db: Db; catalogue: Catalogue },
  definition: Definition,
  query: ReportQuery,
  { zone, now, limit }: { zone: string; now: Date; limit: number },
): Promise<Report> {
  const { scope, before } = readScope(query, definition.usual, zone, now);
  const found = await definition.find(db, scope, limit);
  // All rows, since those that are longest now need not have been then.
  const earlier = before ? await definition.find(db, before, MOST_ROWS) : null;
  const byKey = new Map(earlier?.rows.map((row) => [row.key, row]));
  const shown = found.rows.slice(0, limit);
  const named = await namesOf(
    db,
    catalogue,
    definition.names,
    shown.map(({ key }) => key),
  );
  return {
    definition,
    query,
    scope,
    before: before?.period ?? null,
    rows: shown.map((row, index) => ({
      ...row,
      ...named(row.key),
      // Years and months have no namesakes in another period; their places have.
      before: (definition.names === 'part' ? earlier?.rows[index] : byKey.get(row.key)) ?? null,
    })),
    all: found.all,
    allBefore: earlier?.all ?? null,
    more: found.more + found.rows.length - shown.length,
  };
}
