import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import { distributionOf, type StepCount, togetherOf, within } from '../distribution.ts';
import type { Found, Row } from '../found.ts';
import type { Scope } from '../query.ts';
import { begun, stepCounts } from '../times-store.ts';

type Sums = { key: string; n: number; unfinished: number; letters: number };

function rowOf({ key, n, unfinished, letters }: Sums, counts: StepCount[]): Row {
  const distribution = distributionOf(counts);
  return {
    key,
    n,
    values: { incidents: n, unfinished, letters, half: within(distribution, 0.5) },
  };
}

/** Whose incidents they are, those with most first; the key is the person's id, empty for nobody's. */
export async function load(db: Db, scope: Scope): Promise<Found> {
  const { rows } = await sql<Sums>`
    select coalesce(t.assignee_id::text, '') as key, count(*) as n,
      count(*) filter (where not t.is_closed) as unfinished, sum(t.round)::bigint as letters
    from incident_times t where ${begun(scope)}
    group by t.assignee_id order by t.assignee_id is null, n desc, t.assignee_id`.execute(db);
  const steps = await stepCounts(db, scope, 'request', sql<number | null>`t.assignee_id`);
  const sum = (of: Exclude<keyof Sums, 'key'>) => rows.reduce((all, row) => all + row[of], 0);
  const all = { key: '', n: sum('n'), unfinished: sum('unfinished'), letters: sum('letters') };
  return {
    rows: rows.map((row) => rowOf(row, steps.get(row.key) ?? [])),
    all: rowOf(all, togetherOf(steps.values())),
    more: 0,
  };
}
