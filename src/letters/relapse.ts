import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow, IncidentState } from '../database/tables.ts';
import { earlier } from '../incidents/incidents.ts';
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

type Told = { liftedAt: Date; seen: StateEntry; flowed: boolean };

/** The newest relapse that entries tell, oldest first; null: the block never came back, or nothing tells that it was lifted. */
function toldIn(entries: StateEntry[]): Told | null {
  const last = entries.findLastIndex(({ kind }) => kind === 'relapse-seen');
  const seen = entries[last];
  const liftedAt = seen && lastLifting(entries.slice(0, last));
  const state = entries.slice(0, last).findLast(({ to }) => to !== null)?.to;
  return seen && liftedAt ? { liftedAt, seen, flowed: state === 'recovered' } : null;
}

/**
 * The newest relapse. Mail is refused again since the first refusal of the report that told it; where a log was counted,
 * since the moment that its entry names. Null as in `toldIn`.
 */
export function relapseIn(entries: StateEntry[], refusals: Refusal[]): Relapse | null {
  const told = toldIn(entries);
  if (!told) return null;
  const { liftedAt: lifted, seen } = told;
  const times = refusals.flatMap(({ occurred_at: at, recorded_at: recorded }) =>
    at && recorded >= seen.recorded_at && at > lifted ? [Number(at)] : [],
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

/** `flowed`: mail was seen to flow before it was refused again. */
export type BlockedAgain = { at: Date; flowed: boolean };

/**
 * Of incidents that were refused again, since when: one look for all of them. What was written before that belongs to
 * the block before.
 */
export async function readBlockedAgain(
  db: Db | Trx,
  incidents: Pick<IncidentRow, 'number' | 'relapses'>[],
): Promise<Map<number, BlockedAgain>> {
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
      ${sql.val(told.map(({ liftedAt }) => liftedAt))}::timestamptz[],
      ${sql.val(told.map(({ seen }) => seen.recorded_at))}::timestamptz[]) as n (number, lifted, told)
    left join rejections r
      on r.incident_number = n.number and r.recorded_at >= n.told and r.occurred_at > n.lifted
    group by n.number`.execute(db);
  const refusedAt = new Map(first.map(({ number, at }) => [number, at]));
  return new Map(
    told.map(({ number, seen, flowed }) => {
      const at = earlier(refusedAt.get(number) ?? null, seen.occurred_at) ?? seen.occurred_at;
      return [number, { at, flowed }];
    }),
  );
}
