import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import type { Found, Row } from '../found.ts';
import type { Scope } from '../query.ts';
import { begun } from '../times-store.ts';

type Sums = { key: string; n: number; lifted: number; relapsed: number; relapses: number };

const rowOf = ({ key, n, lifted, relapsed, relapses }: Sums): Row => ({
  key,
  n: lifted,
  values: {
    incidents: n,
    lifted,
    relapsed,
    relapses,
    share: lifted === 0 ? null : (relapsed / lifted) * 100,
  },
});

/** How often a block came back after it was lifted, by provider. One that came back was lifted before. */
export async function relapses(db: Db, scope: Scope): Promise<Found> {
  const { rows } = await sql<Sums>`
    select t.provider as key, count(*) as n,
      count(*) filter (where t.until < 'infinity' or t.relapses > 0) as lifted,
      count(*) filter (where t.relapses > 0) as relapsed, sum(t.relapses)::bigint as relapses
    from incident_times t where ${begun(scope)}
    group by t.provider order by relapsed desc, n desc, key`.execute(db);
  const sum = (of: Exclude<keyof Sums, 'key'>) => rows.reduce((all, row) => all + row[of], 0);
  const all = { key: '', n: sum('n'), lifted: sum('lifted'), relapsed: sum('relapsed') };
  return { rows: rows.map(rowOf), all: rowOf({ ...all, relapses: sum('relapses') }), more: 0 };
}
