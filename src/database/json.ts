import { type RawBuilder, sql } from 'kysely';

/** A value for a `jsonb` column. pg turns a bare array into a PostgreSQL array, so every write goes through here. */
export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`cast(${JSON.stringify(value)} as jsonb)`;
}
