import type { Distribution } from './distribution.ts';
import { within } from './distribution.ts';

/** A value of a report: a text, a number, a duration in milliseconds, or a share in per cent; null: not known. */
export type Value = string | number | null;
export type Row = {
  /** By which the rows of two periods are put together. */
  key: string;
  /** How many incidents stand behind it. */
  n: number;
  values: Record<string, Value>;
  /** Of a duration, for its picture. */
  distribution?: Distribution;
  /** Of a part of time that is not over, or only partly asked for. */
  isPart?: boolean;
};
/** What a report found. */
export type Found = {
  rows: Row[];
  /** Everything in one row. */
  all: Row;
  /** Rows that are there beyond those. */
  more: number;
};

/** The values that tell a distribution: how many, within which time a quarter, half, three quarters, nine tenths. */
export const spread = (distribution: Distribution) => ({
  ended: distribution.ended,
  waiting: distribution.waiting,
  quarter: within(distribution, 0.25),
  half: within(distribution, 0.5),
  most: within(distribution, 0.75),
  nearlyAll: within(distribution, 0.9),
});
