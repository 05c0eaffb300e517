import type { Trx } from '../database/open.ts';
import type { IncidentChange, IncidentRow, IncidentState } from '../database/tables.ts';
import { invalid, Problem } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { stateWords } from './incidents.ts';
import { nextState, type StateEvent } from './state.ts';
import { lockIncident, writeIncident } from './store.ts';

type Cause = { reason: string; at: Date };

/** What changes with a state: since when, and the milestones that it reaches or takes back. */
function stateColumns(row: IncidentRow, to: IncidentState, at: Date): IncidentChange {
  const back = to === 'open' || to === 'action-needed' || to === 'awaiting-provider';
  return {
    state: to,
    state_since: at,
    // What was set by hand was meant for the state before.
    next_action: '',
    next_action_due_at: null,
    follow_up_due_at: to === 'awaiting-provider' ? row.follow_up_due_at : null,
    // Until the next step is judged, within a minute.
    due_at: to === 'closed' ? null : to === 'awaiting-provider' ? row.follow_up_due_at : at,
    mitigated_at: back ? null : to === 'mitigated' ? at : row.mitigated_at,
    recovered_at: back || to === 'mitigated' ? null : to === 'recovered' ? at : row.recovered_at,
    closed_at: to === 'closed' ? at : null,
  };
}

/** Moves an incident by what happened. Nothing is written when the event moves nothing. Returns the state it is in then. */
export async function moveState(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  event: StateEvent,
  cause: Cause,
): Promise<IncidentState> {
  const to = nextState(row.state, event);
  if (to !== row.state) await setStateTo(trx, actor, row, to, cause);
  return to;
}

async function changeState(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  to: IncidentState,
  { reason, at, byHand }: Cause & { byHand: boolean },
): Promise<void> {
  await writeIncident(trx, row.number, stateColumns(row, to, at));
  await append(trx, {
    incident: row.number,
    kind: 'state-changed',
    actor,
    occurredAt: at,
    detail: { from: row.state, to, reason, byHand },
  });
}

/** Puts an incident into a state because of what happened, whatever the rules say. */
export const setStateTo = (
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  to: IncidentState,
  cause: Cause,
): Promise<void> => changeState(trx, actor, row, to, { ...cause, byHand: false });

/** A person sets the state, with a reason. Throws `changed-meanwhile` when it is no longer the state they saw. */
export async function setState(
  trx: Trx,
  actor: Actor,
  number: number,
  change: { to: IncidentState; reason: string; seen?: IncidentState | undefined; at?: Date },
): Promise<void> {
  const reason = change.reason.trim();
  if (!reason) throw invalid('reason', 'Say why, so that the timeline tells it later.');
  const row = await lockIncident(trx, number);
  if (change.seen && change.seen !== row.state) {
    throw new Problem(
      'changed-meanwhile',
      `The incident became ${stateWords(row.state)} while you were writing.`,
    );
  }
  if (change.to === row.state) return;
  await changeState(trx, actor, row, change.to, { reason, at: change.at ?? new Date(), byHand: true });
}

/** Mail is seen to flow: the incident is recovered, with what was seen. */
export async function confirmRecovery(
  trx: Trx,
  actor: Actor,
  number: number,
  seen: { words: string; at: Date },
): Promise<void> {
  const words = seen.words.trim();
  if (!words) throw invalid('words', 'Say what you saw: how many messages were accepted, and since when.');
  const row = await lockIncident(trx, number);
  if (row.state === 'closed') throw new Problem('incident-closed', `Incident #${number} is closed.`);
  await append(trx, {
    incident: number,
    kind: 'recovery-confirmed',
    actor,
    occurredAt: seen.at,
    detail: { words },
  });
  await moveState(trx, actor, row, { kind: 'deliveries-proven' }, { reason: words, at: seen.at });
}
