import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';

const COUNTED = 1000;

/** For the rail: what waits for a person, up to a thousand. */
export async function countUnfiled(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (
      (select 1 from messages where incident_number is null and put_away_at is null limit ${COUNTED})
      union all
      (select 1 from messages where not applied and incident_number is not null
        and verdict not in ('other', 'acknowledged') limit ${COUNTED})
    ) as waiting`.execute(db);
  return rows[0]?.n ?? 0;
}
