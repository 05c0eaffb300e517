import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';
import { sealedKeyIds } from '../secrets/rotate.ts';
import { VERSION } from '../version.ts';
import {
  columnsThatTravel,
  plainSettings,
  readSequences,
  readTables,
  type StoredTable,
  stepsDone,
} from './catalog.ts';
import {
  BadBackup,
  type End,
  FORMAT,
  type Head,
  lineOf,
  type SealedKey,
  type Sequences,
  type TableSum,
} from './format.ts';

type Row = Record<string, string | Buffer | null>;

/** Rows and octets that are held at a time; a row that is larger stands alone. */
const ROWS = 500;
const OCTETS = 2 * 1024 * 1024;

const SIZED = ['text', 'bytea'];
const WIDE = /^jsonb$|\[\]$/;

/** How large the values of a row are, told without reading those that are kept apart. */
function sizeOf({ columns }: StoredTable) {
  const sizes = columns
    .filter(({ type }) => SIZED.includes(type) || WIDE.test(type))
    .map(({ name, type }) =>
      SIZED.includes(type)
        ? sql`coalesce(octet_length(${sql.ref(name)}), 0)`
        : sql`coalesce(pg_column_size(${sql.ref(name)}), 0)`,
    );
  return sizes.length === 0 ? sql`0::bigint` : sql`(${sql.join(sizes, sql` + `)})::bigint`;
}

/** The same order in every database, whatever its language. */
function orderOf({ columns }: StoredTable) {
  const key = columns
    .filter(({ keyPlace }) => keyPlace !== null)
    .sort((a, b) => (a.keyPlace ?? 0) - (b.keyPlace ?? 0));
  return sql.join(
    (key.length > 0 ? key : columns).map(({ name, type }) =>
      type === 'text' ? sql`${sql.ref(name)} collate "C"` : sql.ref(name),
    ),
  );
}

const textOf = (value: string | Buffer | null): string | null =>
  Buffer.isBuffer(value) ? value.toString('base64') : value;

/** The rows of a table as lines, so many at a time as memory should hold. */
async function* linesOf(trx: Trx, table: StoredTable): AsyncGenerator<{ lines: string; rows: number }> {
  const columns = columnsThatTravel(table);
  const values = columns.map(({ name, type }, place) =>
    type === 'bytea'
      ? sql`${sql.ref(name)} as ${sql.ref(`c${place}`)}`
      : sql`${sql.ref(name)}::text as ${sql.ref(`c${place}`)}`,
  );
  const from = sql`from ${sql.table(table.name)} order by ${orderOf(table)}`;
  await sql`declare backup_sizes no scroll cursor for select ${sizeOf(table)} as size ${from}`.execute(trx);
  await sql`declare backup_rows no scroll cursor for select ${sql.join(values)} ${from}`.execute(trx);
  const next = async (count: number) => {
    const { rows } = await sql<Row>`fetch forward ${sql.lit(count)} from backup_rows`.execute(trx);
    const lines = rows.map((row) =>
      JSON.stringify(columns.map((_, place) => textOf(row[`c${place}`] ?? null))),
    );
    return { lines: `${lines.join('\n')}\n`, rows: rows.length };
  };
  for (;;) {
    const { rows: sizes } = await sql<{ size: number }>`
      fetch forward ${sql.lit(ROWS)} from backup_sizes`.execute(trx);
    let count = 0;
    let octets = 0;
    for (const { size } of sizes) {
      if (count > 0 && octets + size > OCTETS) {
        yield await next(count);
        [count, octets] = [0, 0];
      }
      count += 1;
      octets += size;
    }
    if (count > 0) yield await next(count);
    if (sizes.length < ROWS) break;
  }
  await sql`close backup_sizes`.execute(trx);
  await sql`close backup_rows`.execute(trx);
}

/** Rows and hash of each table, of what {@link linesOf} says of it. */
export async function sumTables(trx: Trx): Promise<TableSum[]> {
  await plainSettings(trx);
  const sums: TableSum[] = [];
  for (const table of await readTables(trx)) {
    const hash = createHash('sha256');
    let rows = 0;
    for await (const part of linesOf(trx, table)) {
      hash.update(part.lines);
      rows += part.rows;
    }
    sums.push({ table: table.name, rows, sha256: hash.digest('hex') });
  }
  return sums;
}

async function lastNumbers(trx: Trx): Promise<Sequences> {
  const numbers: Sequences = {};
  for (const { column, sequence } of await readSequences(trx)) {
    const { rows } = await sql<{ last: number | null }>`
      select case when is_called then last_value end as last from ${sql.raw(sequence)}`.execute(trx);
    const last = rows[0]?.last ?? null;
    if (last !== null) numbers[column] = Number(last);
  }
  return numbers;
}

async function headOf(trx: Trx, sealedKey?: SealedKey): Promise<Head> {
  const schema = await stepsDone(trx);
  if (schema.length === 0)
    throw new BadBackup('There is no desk in this database yet, so nothing to back up.');
  // Earlier releases knew no name of a desk.
  const isNamed = schema.some((step) => step.startsWith('0028-'));
  const { rows } = isNamed
    ? await sql<{ source: string }>`select source::text as source from desk_identity`.execute(trx)
    : { rows: [] };
  return {
    ...FORMAT,
    product: VERSION,
    madeAt: new Date().toISOString(),
    source: rows[0]?.source ?? '',
    schema,
    keys: await sealedKeyIds(trx),
    ...(sealedKey ? { sealedKey } : {}),
  };
}

/** Everything in the database, seen in one snapshot, as the lines of a backup. */
export async function* backupLines(
  trx: Trx,
  options: { sealedKey?: SealedKey | undefined; onEnd?: (end: End) => void } = {},
): AsyncGenerator<string> {
  await plainSettings(trx);
  const all = createHash('sha256');
  const tables: TableSum[] = [];
  const counted = (text: string) => {
    all.update(text);
    return text;
  };
  yield counted(lineOf(await headOf(trx, options.sealedKey)));
  for (const table of await readTables(trx)) {
    yield counted(lineOf({ table: table.name, columns: columnsThatTravel(table).map(({ name }) => name) }));
    const hash = createHash('sha256');
    let rows = 0;
    for await (const part of linesOf(trx, table)) {
      hash.update(part.lines);
      rows += part.rows;
      yield counted(part.lines);
    }
    tables.push({ table: table.name, rows, sha256: hash.digest('hex') });
  }
  const end: End = {
    end: true,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    tables,
    sequences: await lastNumbers(trx),
    sha256: all.digest('hex'),
  };
  options.onEnd?.(end);
  yield lineOf(end);
}
