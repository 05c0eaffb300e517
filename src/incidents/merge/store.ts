import { sql } from 'kysely';
import { json } from '../../database/json.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { IncidentRow, IncidentState } from '../../database/tables.ts';
import { recountOutcomes } from '../../outcomes/store.ts';
import { invalid, notFound, Problem } from '../../problem.ts';
import { append } from '../../timeline/store.ts';
import type { Actor } from '../../web/access.ts';
import { lockProviderOf } from '../logging/open-incident.ts';
import { lockWholeIncident, writeIncident } from '../store.ts';
import { type Merge, moveAll, returnAll } from './ledger.ts';
import { divided, united } from './united.ts';

/** Incidents that may be parts of one at most: its timeline is read together with theirs. */
export const PARTS_MAX = 50;

/** Columns that are no facts of an incident. */
const NO_FACTS = ['number', 'version', 'updated_at'];
/** A row as JSON without them, as the database will compare it later. */
const factsOf = (row: IncidentRow): Record<string, unknown> =>
  JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(row).filter(([name]) => !NO_FACTS.includes(name)))),
  );

async function refuseMailOnItsWay(trx: Trx, number: number): Promise<void> {
  const mail = await trx
    .selectFrom('messages as m')
    .innerJoin('dispatches as d', 'd.message_id', 'm.id')
    .select('m.id')
    .where('m.incident_number', '=', number)
    .where('d.state', 'in', ['queued', 'sending', 'deferred', 'delivered-unknown'])
    .limit(1)
    .executeTakeFirst();
  if (mail)
    throw new Problem(
      'changed-meanwhile',
      `A mail of #${number} is still on its way: merge when it is settled.`,
    );
}

async function refuseTooMany(trx: Trx, survivor: number, merged: number): Promise<void> {
  const { n } = await trx
    .selectFrom('incidents')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('merged_into', 'in', [survivor, merged])
    .executeTakeFirstOrThrow();
  if (n + 1 > PARTS_MAX) throw invalid('into', `#${survivor} would have more than ${PARTS_MAX} parts.`);
}

/** Both rows, locked in the order of `lockIncidents`. */
async function lockBoth(trx: Trx, one: number, other: number): Promise<Map<number, IncidentRow>> {
  const rows = new Map<number, IncidentRow>();
  for (const number of [one, other].sort((a, b) => a - b)) {
    const row = await lockWholeIncident(trx, number).catch((error: unknown) => {
      if (error instanceof Problem && number === other && error.code === 'not-found')
        throw invalid('into', `There is no incident #${number}.`);
      throw error;
    });
    rows.set(number, row);
  }
  return rows;
}

/** A change of the survivor's state stands in its timeline as any other does. */
async function tellState(
  trx: Trx,
  actor: Actor,
  { number, state: from }: IncidentRow,
  to: IncidentState | undefined,
  reason: string,
): Promise<void> {
  if (to === undefined || to === from) return;
  const detail = { from, to, reason, byHand: false };
  await append(trx, { incident: number, kind: 'state-changed', actor, detail });
}

/**
 * Makes a duplicate a part of another incident: all that points at it goes there, with a ledger of what did. Both
 * timelines tell of it, the duplicate is closed and its number leads to the survivor. Throws `invalid` on `into`.
 */
export async function mergeInto(
  trx: Trx,
  actor: Actor,
  number: number,
  { into, reason, now }: { into: number; reason: string; now: Date },
): Promise<number> {
  if (into === number) throw invalid('into', 'Choose another incident than this one.');
  await lockProviderOf(trx, number);
  const rows = await lockBoth(trx, number, into);
  const [merged, survivor] = [rows.get(number) as IncidentRow, rows.get(into) as IncidentRow];
  if (merged.provider !== survivor.provider)
    throw invalid('into', `#${into} is about another provider: link the two instead.`);
  await refuseMailOnItsWay(trx, number);
  await refuseTooMany(trx, into, number);
  const facts = united(survivor, merged);
  const { id } = await trx
    .insertInto('incident_merges')
    .values({
      merged: number,
      survivor: into,
      reason: reason.trim(),
      merged_before: json(factsOf(merged)),
      survivor_before: json(factsOf(survivor)),
      survivor_after: json(factsOf({ ...survivor, ...facts } as IncidentRow)),
      by_name: actor.name,
      undone_at: null,
      undone_by_name: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await moveAll(trx, { id, merged: number, survivor: into });
  await writeIncident(trx, into, facts);
  await tellState(trx, actor, survivor, facts.state, `#${number} became a part of it`);
  await writeIncident(trx, number, {
    merged_into: into,
    state: 'closed',
    state_since: now,
    closed_at: now,
    next_action: '',
    next_action_due_at: null,
    follow_up_due_at: null,
  });
  // Reports count the block once. The row comes back with the incident.
  await trx.deleteFrom('incident_times').where('number', '=', number).execute();
  const why = reason.trim();
  const detail = { number, title: merged.title, here: true, reason: why };
  await append(trx, { incident: into, kind: 'incident-merged', actor, detail });
  await append(trx, {
    incident: number,
    kind: 'incident-merged',
    actor,
    detail: { number: into, title: survivor.title, here: false, reason: why },
  });
  await recountOutcomes(trx, into);
  return id;
}

/** What makes an incident a part of another. */
export type Pair = { merged: number; survivor: number };

/** The merge that made an incident a part of this other one, as long as it stands. */
async function standingMerge(trx: Trx, { merged, survivor }: Pair): Promise<Merge & { before: MergeKept }> {
  const row = await trx
    .selectFrom('incident_merges')
    .selectAll()
    .where('merged', '=', merged)
    .where('survivor', '=', survivor)
    .where('undone_at', 'is', null)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound(`merge of #${merged} into #${survivor} that stands`));
  const before = { merged: row.merged_before, before: row.survivor_before, after: row.survivor_after };
  return { id: row.id, merged: row.merged, survivor: row.survivor, before };
}
type MergeKept = Record<'merged' | 'before' | 'after', Record<string, unknown>>;

/** One survivor's merges are undone in turn, the newest first: each was made over the ones before. */
async function refuseOlder(trx: Trx, merge: Merge): Promise<void> {
  const newer = await trx
    .selectFrom('incident_merges')
    .select('merged')
    .where('survivor', '=', merge.survivor)
    .where('undone_at', 'is', null)
    .where('id', '>', merge.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newer)
    throw new Problem('changed-meanwhile', `#${newer.merged} was merged later: undo that merge first.`);
}

/** Values of a row's columns out of JSON; the database casts times and lists. */
async function restore(trx: Trx, number: number, facts: Record<string, unknown>): Promise<void> {
  const names = Object.keys(facts);
  if (names.length === 0) return;
  await sql`update incidents set ${sql.join(names.map((name) => sql`${sql.ref(name)} = kept.${sql.ref(name)}`))},
      version = incidents.version + 1, updated_at = now()
    from jsonb_populate_record(null::incidents, ${json(facts)}::jsonb) as kept
    where incidents.number = ${number}`.execute(trx);
}

/**
 * Undoes the merge of an incident: puts back exactly what moved with it and is still there; what came afterwards stays
 * with the survivor. Throws `changed-meanwhile` while a later merge, of the same survivor or of itself, stands.
 */
export async function undoMerge(trx: Trx, actor: Actor, pair: Pair, now: Date): Promise<void> {
  await lockProviderOf(trx, pair.survivor);
  const { before, ...merge } = await standingMerge(trx, pair);
  const { merged } = merge;
  await refuseOlder(trx, merge);
  // The survivor may be a part of another by now: the lock says so.
  const survivor = await lockWholeIncident(trx, merge.survivor);
  await returnAll(trx, merge);
  const back = divided(factsOf(survivor), before);
  await restore(trx, merge.survivor, back);
  await tellState(
    trx,
    actor,
    survivor,
    back['state'] as IncidentState | undefined,
    `#${merged} is its own again`,
  );
  await restore(trx, merged, { ...before.merged, merged_into: null });
  await recountOutcomes(trx, merge.survivor);
  await recountOutcomes(trx, merged);
  await trx
    .updateTable('incident_merges')
    .set({ undone_at: now, undone_by_name: actor.name })
    .where('id', '=', merge.id)
    .execute();
  const titleOf = before.merged['title'] as string;
  await append(trx, {
    incident: merge.survivor,
    kind: 'merge-undone',
    actor,
    detail: { number: merged, title: titleOf, here: true },
  });
  await append(trx, {
    incident: merged,
    kind: 'merge-undone',
    actor,
    detail: { number: merge.survivor, title: survivor.title, here: false },
  });
}

/** An incident and those that are parts of it, itself first. */
export async function familyOf(db: Db | Trx, number: number): Promise<number[]> {
  const parts = await db
    .selectFrom('incidents')
    .select('number')
    .where('merged_into', '=', number)
    .orderBy('number')
    .limit(PARTS_MAX)
    .execute();
  return [number, ...parts.map((part) => part.number)];
}

/** The merges into an incident that stand, the newest first. `undoable`: the one that can be undone now. */
export async function mergesInto(db: Db | Trx, number: number) {
  const rows = await db
    .selectFrom('incident_merges as m')
    .innerJoin('incidents as i', 'i.number', 'm.merged')
    .select(['m.merged', 'i.title', 'm.reason', 'm.at', 'm.by_name'])
    .where('m.survivor', '=', number)
    .where('m.undone_at', 'is', null)
    .orderBy('m.id', 'desc')
    .limit(PARTS_MAX)
    .execute();
  return rows.map((row, index) => ({ ...row, undoable: index === 0 }));
}

/** Unfinished incidents of the same provider about the same addresses, or ranges around or within them. */
export async function likelyDuplicates(db: Db, row: Pick<IncidentRow, 'number' | 'provider' | 'state'>) {
  if (row.state === 'closed') return [];
  return db
    .selectFrom('incidents as i')
    .select(['i.number', 'i.title', 'i.state', 'i.opened_at'])
    .where('i.provider', '=', row.provider)
    .where('i.state', '!=', 'closed')
    .where('i.number', '!=', row.number)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('incident_addresses as theirs')
          .innerJoin('addresses as a', 'a.id', 'theirs.address_id')
          .innerJoin('addresses as b', (join) => join.on(sql<boolean>`a.network && b.network`))
          .innerJoin('incident_addresses as ours', 'ours.address_id', 'b.id')
          .select('a.id')
          .whereRef('theirs.incident_number', '=', 'i.number')
          .where('ours.incident_number', '=', row.number),
      ),
    )
    .orderBy('i.number', 'desc')
    .limit(5)
    .execute();
}
