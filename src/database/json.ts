import { type RawBuilder, sql } from 'kysely';

/** Half a character, which JSON over the API can carry, is none that PostgreSQL stores. */
const wellFormed = (_key: string, value: unknown) =>
  typeof value === 'string' ? value.toWellFormed() : value;

/** A value for a `jsonb` column. pg turns a bare array into a PostgreSQL array, so every write goes through here. */
export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`cast(${JSON.stringify(value, wellFormed)} as jsonb)`;
}
