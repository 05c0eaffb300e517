import { sql } from 'kysely';
import type { Trx } from '../../database/open.ts';
import type { RecordKind } from '../record-kind.ts';
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
 * Takes numbers that this desk has not come to yet out of its sequence, so that nobody else gets them. Others log nothing
 * until the transaction ends; it is called before anything is written, so that nobody waits for both.
 */
export async function reserveNumbers(trx: Trx, wanted: number[]): Promise<void> {
  const highest = Math.max(0, ...wanted.filter(isNumber));
  const { rows } = await sql<{ last: number }>`
    select coalesce(last_value, 0) as last from pg_sequences
    where format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence('incidents', 'number')`.execute(
    trx,
  );
  if (highest <= Number(rows[0]?.last ?? 0)) return;
  await sql`lock table incidents in share row exclusive mode`.execute(trx);
  await sql`
    select setval(pg_get_serial_sequence('incidents', 'number'), greatest(${highest}::bigint, (
      select coalesce(last_value, 1) from pg_sequences
      where format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence('incidents', 'number'))))`.execute(
    trx,
  );
}

const MOST_NUMBER = 2_000_000_000;
const isNumber = (number: number) => Number.isInteger(number) && number > 0 && number <= MOST_NUMBER;

/** The numbers that incidents had, where they are free here and {@link reserveNumbers} was asked; new ones for the others. */
export async function numbersFor(trx: Trx, kind: RecordKind, wanted: number[]): Promise<number[]> {
  const valid = wanted.filter(isNumber);
  const taken =
    valid.length === 0
      ? []
      : await trx.selectFrom('incidents').select('number').where('number', 'in', valid).execute();
  const free = new Set(valid);
  for (const { number } of taken) free.delete(number);
  const fresh = await newIds(trx, kind, wanted.filter((number) => !free.has(number)).length);
  const given = new Set<number>();
  return Promise.all(
    wanted.map(async (number) => {
      if (free.has(number) && !given.has(number)) {
        given.add(number);
        return number;
      }
      return fresh.shift() ?? (await newIds(trx, kind, 1))[0] ?? 0;
    }),
  );
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
