import type { IncidentState } from '../database/tables.ts';
import { isLifted } from '../incidents/state.ts';

/** A change of state as the timeline tells it. */
export type StateEntry = { from: IncidentState; to: IncidentState; occurredAt: Date; recordedAt: Date };

export type StateThen = {
  state: IncidentState;
  /** Null: since it began. */
  stateSince: Date | null;
  /** When the block that stood last was lifted; null: it was not. */
  liftedAt: Date | null;
};

const START: StateThen = { state: 'open', stateSince: null, liftedAt: null };

/** What a row of changes, in their order, amounts to. */
function follow(entries: StateEntry[]): StateThen {
  const [first] = entries;
  if (!first) return START;
  let liftedAt: Date | null = null;
  for (const { to, occurredAt } of entries) {
    if (!isLifted(to)) liftedAt = null;
    else liftedAt ??= occurredAt;
  }
  const last = entries.at(-1) ?? first;
  return { state: last.to, stateSince: last.occurredAt, liftedAt };
}

/**
 * The state of an incident at a moment: as it was, by all that is known now, and as it was known then, by what had been
 * recorded. Entries in any order.
 */
export function stateAt(entries: StateEntry[], at: Date): { was: StateThen; known: StateThen } {
  const happened = entries
    .filter(({ occurredAt }) => occurredAt <= at)
    .toSorted((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime());
  return { was: follow(happened), known: follow(happened.filter(({ recordedAt }) => recordedAt <= at)) };
}

type Milestones = { mitigatedAt: Date | null; recoveredAt: Date | null; closedAt: Date | null };

/** Of an incident whose timeline tells no change, what its milestones tell: one that was taken over from elsewhere. */
export function stateByMilestones({ mitigatedAt, recoveredAt, closedAt }: Milestones, at: Date): StateThen {
  const reached = [
    { state: 'closed' as const, when: closedAt },
    { state: 'recovered' as const, when: recoveredAt },
    { state: 'mitigated' as const, when: mitigatedAt },
  ].filter(({ when }) => when !== null && when <= at);
  const [last] = reached;
  return last ? { state: last.state, stateSince: last.when, liftedAt: reached.at(-1)?.when ?? null } : START;
}
