import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';

const COUNTED = 1000;

/** `mark` is another one when mail came in, was filed or put away: a page that shows an older one asks again. */
export type Unfiled = { count: number; mark: string };

/** For the rail: what waits for a person, up to a thousand. */
export async function countUnfiled(db: Db): Promise<Unfiled> {
  const { rows } = await sql<{ n: number; newest: number | null }>`
    select count(*) as n, (
      select id from messages where incident_number is null and put_away_at is null
      order by at desc, id desc limit 1) as newest
    from (
      (select 1 from messages where incident_number is null and put_away_at is null limit ${COUNTED})
      union all
      (select 1 from messages where not applied and incident_number is not null
        and verdict not in ('other', 'acknowledged') limit ${COUNTED})
    ) as waiting`.execute(db);
  const { n = 0, newest = null } = rows[0] ?? {};
  return { count: n, mark: `${n}-${newest ?? 0}` };
}
