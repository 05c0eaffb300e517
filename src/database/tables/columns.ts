import type { ColumnType } from 'kysely';

/** Kinds of columns. */
export type Now = ColumnType<Date, Date | undefined, Date>;
export type Default<T> = ColumnType<T, T | undefined, T>;
export type Json<T> = ColumnType<T, unknown, unknown>;
