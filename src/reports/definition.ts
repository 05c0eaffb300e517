import type { Db } from '../database/open.ts';
import type { Found } from './found.ts';
import type { Preset } from './period.ts';
import type { Scope } from './query.ts';

/** How a value is written: a number, a whole duration, one known to a twelfth only, a share in per cent, a number with a part. */
export type Kind = 'count' | 'duration' | 'roughly' | 'percent' | 'rate';
export type Column = {
  key: string;
  title: string;
  kind: Kind;
  /** What stands where nothing is known. */
  none?: string;
};

/** What the rows of a report are called by. */
export type Names = 'provider' | 'address' | 'cause' | 'person' | 'part';

export type Picture =
  | { kind: 'bars'; of: string; words: string }
  /** The share that has ended by then, and for each row where its middle lies. */
  | { kind: 'curve'; words: string; rows: string }
  | { kind: 'parts'; counts: string; spread: string };

/** A report: what it says as data, and the query that finds it. */
export type Definition = {
  key: string;
  title: string;
  /** What somebody wants to know who opens it. */
  question: string;
  /** Which incidents it counts, as its page says. */
  counts: string;
  /** What its counts are called. */
  unit: { one: string; many: string };
  names: Names;
  usual: Preset;
  columns: Column[];
  picture: Picture;
  /** How it is worked out, for whoever doubts it. */
  notes: string[];
  find: (db: Db, scope: Scope, limit: number) => Promise<Found>;
};
