import { sql } from 'kysely';
import type { Trx } from '../../database/open.ts';
import type { BulkAction, IncidentChange, IncidentRow, Severity } from '../../database/tables.ts';
import { answerStep, readStep, resumeStep } from '../../next-step/store.ts';
import { changeTags, tagsOf } from '../../tags/store.ts';
import { append } from '../../timeline/store.ts';
import { setWatching, watchersOf } from '../../watchers/store.ts';
import type { Actor } from '../../web/access.ts';
import { editIncident } from '../facts-store.ts';
import { stateWords } from '../incidents.ts';
import { setState } from '../state-store.ts';
import { getIncident, lockIncident, writeIncident } from '../store.ts';
import type { Asked, Doing } from './action.ts';

type AskedFor<Action extends BulkAction> = Extract<Asked, { action: Action }>;

const assign: Doing<AskedFor<'assign'>, number | null> = {
  async run(trx, actor, number, { assigneeId }) {
    const { assignee_id: before } = await lockIncident(trx, number);
    if (before === assigneeId) return assigneeId === null ? 'nobody owns it already' : 'they own it already';
    await editIncident(trx, actor, number, { assigneeId });
    return { before, after: assigneeId };
  },
  async back(trx, actor, number, { before, after }) {
    if ((await lockIncident(trx, number)).assignee_id !== after) return 'it was given to somebody else since';
    await editIncident(trx, actor, number, { assigneeId: before });
    return undefined;
  },
};

const severity: Doing<AskedFor<'severity'>, Severity> = {
  async run(trx, actor, number, { severity: after }) {
    const { severity: before } = await lockIncident(trx, number);
    if (before === after) return `it is ${after} already`;
    await editIncident(trx, actor, number, { severity: after });
    return { before, after };
  },
  async back(trx, actor, number, { before, after }) {
    const now = (await lockIncident(trx, number)).severity;
    if (now !== after) return `somebody made it ${now} since`;
    await editIncident(trx, actor, number, { severity: before });
    return undefined;
  },
};

const hasTags = async (trx: Trx, number: number) => (await tagsOf(trx, [number])).get(number) ?? [];

const tag: Doing<AskedFor<'tag'>, string[]> = {
  async run(trx, actor, number, { tags }) {
    const { added } = await changeTags(trx, actor, number, { add: tags });
    return added.length > 0 ? { before: [], after: added } : 'it has them already';
  },
  async back(trx, actor, number, { after }) {
    const { removed } = await changeTags(trx, actor, number, { remove: after });
    return removed.length > 0 ? undefined : 'it lost them since';
  },
};

const untag: Doing<AskedFor<'untag'>, string[]> = {
  async run(trx, actor, number, { tags }) {
    const { removed } = await changeTags(trx, actor, number, { remove: tags });
    return removed.length > 0 ? { before: removed, after: [] } : 'it does not have them';
  },
  async back(trx, actor, number, { before }) {
    const has = await hasTags(trx, number);
    const missing = before.filter((name) => !has.includes(name));
    if (missing.length === 0) return 'it was given them again since';
    await changeTags(trx, actor, number, { add: missing });
    return undefined;
  },
};

/** What a state brings with it: to go back, all of it must still be as the action left it. */
const STATE_TIMES = [
  'state_since',
  'next_action_due_at',
  'follow_up_due_at',
  'mitigated_at',
  'recovered_at',
  'closed_at',
] as const;
type StateKept = Pick<IncidentRow, 'state' | 'next_action'> & {
  [Column in (typeof STATE_TIMES)[number]]: string | null;
};

const stateKept = (row: IncidentRow): StateKept => ({
  state: row.state,
  next_action: row.next_action,
  ...(Object.fromEntries(STATE_TIMES.map((column) => [column, row[column]?.toISOString() ?? null])) as Record<
    (typeof STATE_TIMES)[number],
    string | null
  >),
});

const stateRow = (kept: StateKept): IncidentChange => ({
  state: kept.state,
  next_action: kept.next_action,
  ...Object.fromEntries(
    STATE_TIMES.map((column) => [column, kept[column] === null ? null : new Date(kept[column])]),
  ),
});

const state: Doing<AskedFor<'state'>, StateKept> = {
  async run(trx, actor, number, asked, { now }) {
    const row = await lockIncident(trx, number);
    if (row.state === asked.state) return `it is ${stateWords(row.state)} already`;
    await setState(trx, actor, number, { to: asked.state, reason: asked.reason, at: now });
    return { before: stateKept(row), after: stateKept(await getIncident(trx, number)) };
  },
  async back(trx, actor, number, { before, after }, { now }) {
    const row = stateKept(await lockIncident(trx, number));
    if (Object.keys(after).some((key) => row[key as keyof StateKept] !== after[key as keyof StateKept]))
      return row.state === after.state
        ? 'its state was worked on since'
        : `it became ${stateWords(row.state)} since`;
    await writeIncident(trx, number, stateRow(before));
    const detail = { from: after.state, to: before.state, reason: 'undone', byHand: true };
    await append(trx, { incident: number, kind: 'state-changed', actor, occurredAt: now, detail });
    return undefined;
  },
};

const watching = (watches: boolean): Doing<AskedFor<'watch' | 'unwatch'>, number> => ({
  async run(trx, actor, number, { userId }) {
    const changed = await setWatching(trx, actor, number, { userId, watches });
    if (!changed) return watches ? 'it is watched already' : 'it is not watched';
    return { before: userId, after: userId };
  },
  async back(trx, actor, number, { after: userId }) {
    const now = ((await watchersOf(trx, [number])).get(number) ?? []).some((one) => one.userId === userId);
    if (now !== watches) return watches ? 'it is no longer watched' : 'it is watched again';
    await setWatching(trx, actor, number, { userId, watches: !watches });
    return undefined;
  },
});

type PutOff = { step: string; what: string; key: string; until: string; by: string; at: string } | null;

async function putOffNow(trx: Trx, number: number, step: string, what: string): Promise<PutOff> {
  const row = await trx
    .selectFrom('step_answers')
    .select(['snoozed_until', 'key', 'by_name', 'at'])
    .where('incident_number', '=', number)
    .where('step', '=', step)
    .executeTakeFirst();
  if (!row?.snoozed_until) return null;
  const { key, by_name: by, at, snoozed_until: until } = row;
  return { step, what, key, until: until.toISOString(), by, at: at.toISOString() };
}

/** A step that was put off to another time is put off to that again. */
async function asBefore(trx: Trx, actor: Actor, number: number, was: NonNullable<PutOff>): Promise<void> {
  await trx
    .updateTable('step_answers')
    .set({ key: was.key, snoozed_until: new Date(was.until), by_name: was.by, at: new Date(was.at) })
    .where('incident_number', '=', number)
    .where('step', '=', was.step)
    .execute();
  const detail = { step: was.step, what: was.what, until: was.until, reason: 'as before' };
  await append(trx, { incident: number, kind: 'step-snoozed', actor, detail });
}

const putOff: Doing<AskedFor<'put-off'>, PutOff> = {
  async run(trx, actor, number, { until, reason }, world) {
    const row = await lockIncident(trx, number);
    if (row.state === 'closed') return 'it is closed';
    const { step } = await readStep(trx, row, world.catalogue, world.now);
    const before = await putOffNow(trx, number, step.id, step.what);
    await answerStep(trx, actor, number, { step: step.id, until, reason }, world);
    return { before, after: await putOffNow(trx, number, step.id, step.what) };
  },
  async back(trx, actor, number, { before, after }, world) {
    const now = after && (await putOffNow(trx, number, after.step, after.what));
    if (!now || now.until !== after.until || now.at !== after.at) return 'its next step was worked on since';
    if (before) await asBefore(trx, actor, number, before);
    else await resumeStep(trx, actor, number, after.step, world);
    return undefined;
  },
};

/** By action. */
export const DOING = {
  assign,
  tag,
  untag,
  severity,
  state,
  watch: watching(true),
  unwatch: watching(false),
  'put-off': putOff,
} as unknown as Record<BulkAction, Doing>;

/** Lets what one incident refuses undo nothing of the others. */
export async function inSavepoint<T>(trx: Trx, run: () => Promise<T>): Promise<T> {
  await sql`savepoint one_of_many`.execute(trx);
  try {
    const done = await run();
    await sql`release savepoint one_of_many`.execute(trx);
    return done;
  } catch (error) {
    await sql`rollback to savepoint one_of_many`.execute(trx);
    throw error;
  }
}
