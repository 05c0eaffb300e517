import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { IncidentState } from '../database/tables.ts';

/** More changes of state than these are not drawn. */
const MOST_CHANGES = 200;

/** How the state of an incident changed, oldest first. */
export async function stateChanges(
  db: Db,
  number: number,
): Promise<{ at: Date; from: IncidentState; to: IncidentState }[]> {
  const rows = await db
    .selectFrom('timeline_entries')
    .select(['occurred_at', sql<{ from: IncidentState; to: IncidentState }>`detail`.as('detail')])
    .where('incident_number', '=', number)
    .where('kind', '=', 'state-changed')
    .orderBy('occurred_at')
    .orderBy('id')
    .limit(MOST_CHANGES)
    .execute();
  return rows.map(({ occurred_at: at, detail: { from, to } }) => ({ at, from, to }));
}
