import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import { distributionOf, type StepCount, togetherOf, within } from '../distribution.ts';
import type { Found, Row } from '../found.ts';
import { partsOf } from '../period.ts';
import type { Scope } from '../query.ts';
import { begun, partOf, stepCounts } from '../times-store.ts';

type Sums = { part: number; n: number; lifted: number; relapsed: number; letters: number };
const NONE = { n: 0, lifted: 0, relapsed: 0, letters: 0 };

function rowOf(
  key: string,
  isPart: boolean,
  sums: Omit<Sums, 'part'>,
  answers: StepCount[],
  ends: StepCount[],
): Row {
  const { n, lifted, relapsed, letters } = sums;
  const distribution = distributionOf(ends);
  return {
    key,
    n,
    isPart,
    values: {
      incidents: n,
      answer: within(distributionOf(answers), 0.5),
      half: within(distribution, 0.5),
      nearlyAll: within(distribution, 0.9),
      letters: n === 0 ? null : letters / n,
      share: lifted === 0 ? null : (relapsed / lifted) * 100,
    },
    distribution,
  };
}

/** Year by year, or of a shorter period month by month: whether it gets better. Each incident counts when it began. */
export async function overTime(db: Db, scope: Scope): Promise<Found> {
  const parts = partsOf(scope.period, scope.zone, scope.now);
  const part = partOf(parts);
  const { rows } = await sql<Sums>`
    select ${part} as part, count(*) as n,
      count(*) filter (where t.until < 'infinity' or t.relapses > 0) as lifted,
      count(*) filter (where t.relapses > 0) as relapsed, sum(t.round)::bigint as letters
    from incident_times t where ${begun(scope)} group by 1`.execute(db);
  const answers = await stepCounts(db, scope, 'answer', part);
  const ends = await stepCounts(db, scope, 'mitigation', part);
  const byPart = new Map(rows.map((row) => [row.part, row]));
  const sum = (of: keyof typeof NONE) => rows.reduce((all, row) => all + row[of], 0);
  const all = { n: sum('n'), lifted: sum('lifted'), relapsed: sum('relapsed'), letters: sum('letters') };
  return {
    rows: parts.map(({ label, isWhole }, index) => {
      const name = String(index + 1);
      const sums = byPart.get(index + 1) ?? NONE;
      return rowOf(label, !isWhole, sums, answers.get(name) ?? [], ends.get(name) ?? []);
    }),
    all: rowOf('', false, all, togetherOf(answers.values()), togetherOf(ends.values())),
    more: 0,
  };
}
