import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import type { Found } from '../found.ts';
import type { Scope } from '../query.ts';
import { blockedSeconds, endOf, lasting } from '../times-store.ts';
import { type Blocked, blockedRow } from './blocked.ts';

/** How long blocks lasted in the period, by provider, the longest first. */
export async function blockedByProvider(db: Db, scope: Scope): Promise<Found> {
  const { rows } = await sql<Blocked>`
    select t.provider as key, count(*) as n, ${blockedSeconds(scope)} as seconds,
      count(*) filter (where t.until > ${endOf(scope)}::timestamptz) as still
    from incident_times t where ${lasting(scope)}
    group by t.provider order by seconds desc, key`.execute(db);
  const sum = (of: 'n' | 'seconds' | 'still') => rows.reduce((all, row) => all + row[of], 0);
  const all = blockedRow({ key: '', n: sum('n'), seconds: sum('seconds'), still: sum('still') });
  return { rows: rows.map(blockedRow), all, more: 0 };
}
