import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow, IncidentState } from '../database/tables.ts';
import { isLifted } from '../incidents/state.ts';

/** A block that came back: when it had been lifted, and since when mail is refused again. */
export type Relapse = { liftedAt: Date; at: Date };

export type StateEntry = {
  kind: string;
  occurred_at: Date;
  recorded_at: Date;
  /** The state that it was moved to; null: an entry of another kind. */
  to: IncidentState | null;
};
type Refusal = { occurred_at: Date | null; recorded_at: Date };

/** Of an incident with more, the newest. */
const MOST_ENTRIES = 200;

/** When the block was lifted that stood as lifted at the end of these entries: a lifting before it may have been taken back. */
function lastLifting(before: StateEntry[]): Date | undefined {
  const moves = before.filter(({ to }) => to !== null);
  const blocked = moves.findLastIndex(({ to }) => to !== null && !isLifted(to));
  return moves.slice(blocked + 1).find(({ to }) => to === 'mitigated' || to === 'recovered')?.occurred_at;
}

/**
 * The newest relapse that entries tell, oldest first. Mail is refused again since the first refusal of the report that
 * told it; where a log was counted, since the moment that its entry names. Null: the block never came back, or nothing
 * tells that it was lifted.
 */
export function relapseIn(entries: StateEntry[], refusals: Refusal[]): Relapse | null {
  const last = entries.findLastIndex(({ kind }) => kind === 'relapse-seen');
  const seen = entries[last];
  if (!seen) return null;
  const lifted = lastLifting(entries.slice(0, last));
  if (!lifted) return null;
  const times = refusals.flatMap(({ occurred_at: at, recorded_at: told }) =>
    at && told >= seen.recorded_at && at > lifted ? [Number(at)] : [],
  );
  return { liftedAt: lifted, at: new Date(times.reduce((a, b) => Math.min(a, b), Number(seen.occurred_at))) };
}

/** What the timeline tells of an incident that was refused again; null: it was not. */
export async function readRelapse(
  db: Db | Trx,
  row: Pick<IncidentRow, 'number' | 'relapses'>,
  refusals: Refusal[],
): Promise<Relapse | null> {
  if (row.relapses === 0) return null;
  const entries = await db
    .selectFrom('timeline_entries')
    .select(['kind', 'occurred_at', 'recorded_at'])
    .select(sql<IncidentState | null>`detail->>'to'`.as('to'))
    .where('incident_number', '=', row.number)
    .where('kind', 'in', ['relapse-seen', 'state-changed'])
    .orderBy('id', 'desc')
    .limit(MOST_ENTRIES)
    .execute();
  return relapseIn(entries.reverse(), refusals);
}
