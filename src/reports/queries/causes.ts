import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import { distributionOf, type StepCount, togetherOf, within } from '../distribution.ts';
import type { Found, Row } from '../found.ts';
import type { Scope } from '../query.ts';
import { begun, stepCounts } from '../times-store.ts';

type Sums = { key: string; n: number; fixed: number; relapsed: number };

function rowOf({ key, n, fixed, relapsed }: Sums, of: number, counts: StepCount[]): Row {
  return {
    key,
    n,
    values: {
      incidents: n,
      share: of === 0 ? null : (n / of) * 100,
      fixed,
      relapsed,
      half: within(distributionOf(counts), 0.5),
    },
  };
}

const FOUND = sql`left join incident_causes c on c.incident_number = t.number`;

/** What was found to have caused blocks, the most frequent first; an empty key stands for those without a cause. */
export async function causes(db: Db, scope: Scope): Promise<Found> {
  const { rows } = await sql<Sums>`
    select coalesce(c.class, '') as key, count(*) as n, count(c.fixed_at) as fixed,
      count(*) filter (where t.relapses > 0) as relapsed
    from incident_times t ${FOUND} where ${begun(scope)}
    group by 1 order by coalesce(c.class, '') = '', n desc, 1`.execute(db);
  const steps = await stepCounts(db, scope, 'mitigation', sql<string | null>`c.class`, FOUND);
  const sum = (of: Exclude<keyof Sums, 'key'>) => rows.reduce((all, row) => all + row[of], 0);
  const n = sum('n');
  const all = { key: '', n, fixed: sum('fixed'), relapsed: sum('relapsed') };
  return {
    rows: rows.map((row) => rowOf(row, n, steps.get(row.key) ?? [])),
    all: rowOf(all, n, togetherOf(steps.values())),
    more: 0,
  };
}
