import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import { distributionOf, type StepCount, togetherOf } from '../distribution.ts';
import { type Found, type Row, spread } from '../found.ts';
import type { Scope } from '../query.ts';
import { type Measure, stepCounts } from '../times-store.ts';

function rowOf(key: string, counts: StepCount[]): Row {
  const distribution = distributionOf(counts);
  return {
    key,
    n: distribution.ended + distribution.waiting,
    values: spread(distribution),
    distribution,
  };
}

/** How one of the durations is distributed, by provider, those with most incidents first. */
export const durationByProvider =
  (measure: Measure) =>
  async (db: Db, scope: Scope): Promise<Found> => {
    const groups = await stepCounts(db, scope, measure, sql<string>`t.provider`);
    const rows = [...groups].map(([key, counts]) => rowOf(key, counts));
    return {
      rows: rows.toSorted((a, b) => b.n - a.n || (a.key < b.key ? -1 : 1)),
      all: rowOf('', togetherOf(groups.values())),
      more: 0,
    };
  };
