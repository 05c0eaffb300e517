import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../database/open.ts';
import type { Column, RecordKind } from '../record-kind.ts';

export type Row = Record<string, unknown>;
type Options = { sources: boolean };

/** Rows that are listed at a time, and octets of large columns that are held at a time. */
const ROWS = 500;
const HEAVY_OCTETS = 4 * 1024 * 1024;

/** What an export has of a kind. */
export const columnsOf = (kind: RecordKind, { sources }: Options): Column[] =>
  sources ? kind.columns : kind.columns.filter(({ column }) => !kind.sources.includes(column));

const list = (columns: string[]): RawBuilder<unknown> => sql.join(columns.map((column) => sql.ref(column)));
const keysOf = (kind: RecordKind, row: Row): RawBuilder<unknown> =>
  sql.join(kind.key.map((column) => row[column]));

/** Large values stay where they are while rows are listed: their size alone is told. */
const sizeOf = (columns: string[]): RawBuilder<unknown> =>
  columns.length === 0
    ? sql`0`
    : sql.join(
        columns.map((column) => sql`coalesce(pg_column_size(${sql.ref(column)}), 0)`),
        sql` + `,
      );

async function listRows(
  trx: Trx,
  kind: RecordKind,
  light: string[],
  heavy: string[],
  after: Row | undefined,
): Promise<Row[]> {
  const wanted = [...new Set([...kind.key, ...light])];
  const { rows } = await sql<Row>`
    select ${list(wanted)}, ${sizeOf(heavy)} as octets_of_row from ${sql.table(kind.table)}
    ${after ? sql`where (${list(kind.key)}) > (${keysOf(kind, after)})` : sql``}
    order by ${list(kind.key)} limit ${ROWS}`.execute(trx);
  return rows;
}

/** Rows whose large values together are held at a time; one that is larger stands alone. */
function groupsOf(rows: Row[]): Row[][] {
  const groups: Row[][] = [];
  let octets = 0;
  for (const row of rows) {
    const size = Number(row['octets_of_row']);
    const last = groups.at(-1);
    if (last && octets + size <= HEAVY_OCTETS) last.push(row);
    else groups.push([row]);
    octets = groups.at(-1)?.length === 1 ? size : octets + size;
  }
  return groups;
}

/** Only kinds with a key of one column have large values. */
async function withHeavy(trx: Trx, kind: RecordKind, heavy: string[], rows: Row[]): Promise<Row[]> {
  const key = kind.key[0] ?? '';
  const { rows: large } = await sql<Row>`
    select ${list([key, ...heavy])} from ${sql.table(kind.table)}
    where ${sql.ref(key)} in (${sql.join(rows.map((row) => row[key]))})`.execute(trx);
  const byKey = new Map(large.map((row) => [row[key], row]));
  return rows.map((row) => ({ ...row, ...byKey.get(row[key]) }));
}

/** The rows of a kind in the order of their key, so many at a time as memory should hold. */
export async function* rowsOf(trx: Trx, kind: RecordKind, options: Options): AsyncGenerator<Row[]> {
  const columns = columnsOf(kind, options).map(({ column }) => column);
  const heavy = columns.filter((column) => kind.heavy.includes(column));
  const light = columns.filter((column) => !heavy.includes(column));
  let after: Row | undefined;
  for (;;) {
    const rows = await listRows(trx, kind, light, heavy, after);
    if (heavy.length === 0) yield rows;
    else for (const group of groupsOf(rows)) yield await withHeavy(trx, kind, heavy, group);
    after = rows.at(-1);
    if (rows.length < ROWS || !after) return;
  }
}
