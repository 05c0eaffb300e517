import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow, IncidentState } from '../database/tables.ts';
import { earlier } from '../incidents/incidents.ts';
import { isLifted } from '../incidents/state.ts';

/** A block that came back: when it had been lifted, since when mail is refused again, and whether mail was seen to flow before. */
export type Relapse = { liftedAt: Date; at: Date; flowed: boolean };

export type StateEntry = {
  kind: string;
  occurred_at: Date;
  recorded_at: Date;
  /** The state that it was moved to; null: an entry of another kind. */
  to: IncidentState | null;
};

/** Of an incident with more, the newest. */
const MOST_ENTRIES = 200;

/** Of the block that stood as lifted at the end of these entries, the moves that lifted it: a lifting before may have been taken back. */
function lastLifting(before: StateEntry[]): StateEntry[] {
  const moves = before.filter(({ to }) => to !== null);
  const blocked = moves.findLastIndex(({ to }) => to !== null && !isLifted(to));
  return moves.slice(blocked + 1).filter(({ to }) => to === 'mitigated' || to === 'recovered');
}

/** `heldAt`: mail that was refused before it, as while the lifting spread, was refused by the block before. */
type Told = { liftedAt: Date; heldAt: Date; seen: StateEntry; flowed: boolean };

/** The newest relapse that entries tell, oldest first; null: the block never came back, or nothing tells that it was lifted. */
export function toldIn(entries: StateEntry[]): Told | null {
  const last = entries.findLastIndex(({ kind }) => kind === 'relapse-seen');
  const seen = entries[last];
  const lifting = lastLifting(entries.slice(0, Math.max(last, 0)));
  const [first, held] = [lifting[0], lifting.at(-1)];
  const state = entries.slice(0, last).findLast(({ to }) => to !== null)?.to;
  return seen && first && held
    ? { liftedAt: first.occurred_at, heldAt: held.occurred_at, seen, flowed: state === 'recovered' }
    : null;
}

/**
 * The newest relapse of each of these incidents that was refused again, in one look for all of them. Mail is refused
 * again since the first refusal of the report that told it; where a log was counted, since the moment that its entry
 * names. What was written before that belongs to the block before.
 */
export async function readRelapses(
  db: Db | Trx,
  incidents: Pick<IncidentRow, 'number' | 'relapses'>[],
): Promise<Map<number, Relapse>> {
  const numbers = incidents.filter(({ relapses }) => relapses > 0).map(({ number }) => number);
  if (numbers.length === 0) return new Map();
  const { rows } = await sql<StateEntry & { number: number }>`
    select n.number, e.kind, e.occurred_at, e.recorded_at, e.detail->>'to' as "to"
    from unnest(${sql.val(numbers)}::integer[]) as n (number)
    cross join lateral (
      select id, kind, occurred_at, recorded_at, detail from timeline_entries
      where incident_number = n.number and kind in ('relapse-seen', 'state-changed')
      order by id desc limit ${MOST_ENTRIES}::integer) e
    order by e.id`.execute(db);
  const told = [...Map.groupBy(rows, ({ number }) => number)].flatMap(([number, entries]) => {
    const one = toldIn(entries);
    return one ? [{ number, ...one }] : [];
  });
  const { rows: first } = await sql<{ number: number; at: Date | null }>`
    select n.number, min(r.occurred_at) as at
    from unnest(
      ${sql.val(told.map(({ number }) => number))}::integer[],
      ${sql.val(told.map(({ heldAt }) => heldAt))}::timestamptz[],
      ${sql.val(told.map(({ seen }) => seen.recorded_at))}::timestamptz[]) as n (number, held, told)
    left join rejections r
      on r.incident_number = n.number and r.recorded_at >= n.told and r.occurred_at > n.held
    group by n.number`.execute(db);
  const refusedAt = new Map(first.map(({ number, at }) => [number, at]));
  return new Map(
    told.map(({ number, liftedAt, seen, flowed }) => {
      const at = earlier(refusedAt.get(number) ?? null, seen.occurred_at) ?? seen.occurred_at;
      return [number, { liftedAt, at, flowed }];
    }),
  );
}
