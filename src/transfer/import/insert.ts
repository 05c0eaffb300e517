import { sql } from 'kysely';
import type { Trx } from '../../database/open.ts';
import type { RecordKind } from '../kinds.ts';
import type { Fitted } from './fit.ts';

/** An id of its own for each record: those that the sequence gives to nobody else. */
export async function newIds(trx: Trx, kind: RecordKind, count: number): Promise<number[]> {
  if (count === 0) return [];
  const key = kind.key[0] ?? 'id';
  const { rows } = await sql<{ id: number }>`
    select nextval(pg_get_serial_sequence(${kind.table}, ${key})) as id from generate_series(1, ${count}::integer)`.execute(
    trx,
  );
  return rows.map(({ id }) => Number(id));
}

/**
 * The numbers that incidents had, where they are free here; new ones for the others. What was never given out here is
 * taken from the sequence first, so that nobody else gets it.
 */
export async function numbersFor(trx: Trx, kind: RecordKind, wanted: number[]): Promise<number[]> {
  const valid = wanted.filter((number) => number > 0 && number <= 2_000_000_000);
  if (valid.length > 0)
    await sql`
      select setval(s, greatest((select last_value from pg_sequences
        where format('%I.%I', schemaname, sequencename)::regclass = s::regclass), ${Math.max(...valid)}::bigint))
      from (select pg_get_serial_sequence('incidents', 'number') as s) as one`.execute(trx);
  const taken = await trx
    .selectFrom('incidents')
    .select('number')
    .where('number', 'in', valid.length > 0 ? valid : [0])
    .execute();
  const free = new Set(valid);
  for (const { number } of taken) free.delete(number);
  const fresh = await newIds(trx, kind, wanted.filter((number) => !free.has(number)).length);
  return wanted.map((number) => (free.delete(number) ? number : (fresh.shift() ?? 0)));
}

/** Inserts rows; those that are there already are left as they are. Returns the keys of those that were added. */
export async function insertRows(trx: Trx, kind: RecordKind, rows: Fitted[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const columns = [...(rows[0]?.values.keys() ?? [])];
  const { rows: added } = await sql<Record<string, unknown>>`
    insert into ${sql.table(kind.table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    overriding system value
    values ${sql.join(
      rows.map(({ values }) => sql`(${sql.join(columns.map((column) => values.get(column) ?? null))})`),
    )}
    on conflict do nothing
    returning ${sql.join(kind.key.map((column) => sql.ref(column)))}`.execute(trx);
  return new Set(added.map((row) => keyText(kind.key.map((column) => row[column]))));
}

export const keyText = (values: unknown[]): string =>
  JSON.stringify(values.map((value) => (value instanceof Date ? value.toISOString() : String(value))));

/** Why the database does not take a row, in words. */
export function refusalWords(error: unknown): string | undefined {
  const { code, constraint } = error as { code?: string; constraint?: string };
  switch (code) {
    case '23514':
      return `It does not fit here (${constraint}).`;
    case '23505':
      return 'It is here already.';
    case '23503':
      return 'It refers to what is not here.';
    case '23502':
      return 'A value is missing.';
    default:
      return code && /^22/.test(code) ? 'A value cannot be read.' : undefined;
  }
}

/** Runs a part that may be refused: what was written in it is undone alone. */
export async function within<T>(trx: Trx, work: () => Promise<T>): Promise<T> {
  await sql`savepoint import_part`.execute(trx);
  try {
    const result = await work();
    await sql`release savepoint import_part`.execute(trx);
    return result;
  } catch (error) {
    await sql`rollback to savepoint import_part`.execute(trx);
    await sql`release savepoint import_part`.execute(trx);
    throw error;
  }
}
