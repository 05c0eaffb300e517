import type { IncidentChange, IncidentRow, Severity } from '../../database/tables.ts';
import { earlier, later, SEVERITIES } from '../incidents.ts';
import { isLifted } from '../state.ts';

const worse = (a: Severity, b: Severity) => (SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b) ? a : b);
const both = (a: string[], b: string[]) => [...new Set([...a, ...b])];
const AFFECTED_MAX = 10_000;
const ROUNDS_MAX = 1000;

/** Lines of both, each once. */
const lines = (a: string, b: string) =>
  both(a.split('\n'), b.split('\n')).filter(Boolean).join('\n').slice(0, AFFECTED_MAX);

/** Whether the duplicate tells of a refusal from after the survivor's block was lifted; one without a time is of when it was logged. */
function standsAgain(survivor: IncidentRow, merged: IncidentRow): boolean {
  const lifted = survivor.closed_at ?? survivor.recovered_at ?? survivor.mitigated_at;
  const refused = merged.last_rejection_at ?? merged.opened_at;
  return isLifted(survivor.state) && !isLifted(merged.state) && lifted !== null && refused > lifted;
}

/**
 * What was asked last is where things stand: an incident that nothing was asked for takes the state of one that was. And
 * a block that stands is not hidden behind one that was lifted before.
 */
function stateOf(survivor: IncidentRow, merged: IncidentRow): IncidentChange {
  if (standsAgain(survivor, merged))
    return {
      state: merged.state,
      state_since: merged.state_since,
      follow_up_due_at: merged.follow_up_due_at,
      due_at: merged.due_at,
      relapses: Math.max(survivor.relapses, merged.relapses) + 1,
      mitigated_at: null,
      recovered_at: null,
      closed_at: null,
    };
  if (survivor.state !== 'open' || !['awaiting-provider', 'action-needed'].includes(merged.state)) return {};
  return {
    state: merged.state,
    state_since: merged.state_since,
    follow_up_due_at: merged.follow_up_due_at,
  };
}

/** The facts of two incidents as those of one: the block began with the first and is as bad as the worse of them. */
export const united = (survivor: IncidentRow, merged: IncidentRow): IncidentChange => ({
  rejection_count: survivor.rejection_count + merged.rejection_count,
  round: Math.min(ROUNDS_MAX, survivor.round + merged.round),
  relapses: Math.max(survivor.relapses, merged.relapses),
  severity: worse(survivor.severity, merged.severity),
  reason: survivor.reason ?? merged.reason,
  assignee_id: survivor.assignee_id ?? merged.assignee_id,
  affected: lines(survivor.affected, merged.affected),
  block_codes: both(survivor.block_codes, merged.block_codes),
  recipient_domains: both(survivor.recipient_domains, merged.recipient_domains),
  opened_at: earlier(survivor.opened_at, merged.opened_at) ?? survivor.opened_at,
  first_rejection_at: earlier(survivor.first_rejection_at, merged.first_rejection_at),
  last_rejection_at: later(survivor.last_rejection_at, merged.last_rejection_at),
  first_request_at: earlier(survivor.first_request_at, merged.first_request_at),
  last_request_at: later(survivor.last_request_at, merged.last_request_at),
  first_answer_at: earlier(survivor.first_answer_at, merged.first_answer_at),
  last_answer_at: later(survivor.last_answer_at, merged.last_answer_at),
  last_verdict:
    (merged.last_answer_at?.getTime() ?? 0) > (survivor.last_answer_at?.getTime() ?? 0)
      ? merged.last_verdict
      : survivor.last_verdict,
  ...stateOf(survivor, merged),
});

/** Counted on while they are one: taken apart, each has its own part. */
const COUNTERS = ['rejection_count', 'round'] as const;

const plain = (value: unknown) => JSON.stringify(value);

/** The survivor's facts without the merged one's: what nobody changed since is as before, counts are less its part. */
export function divided(
  now: Record<string, unknown>,
  kept: { before: Record<string, unknown>; after: Record<string, unknown> },
): Record<string, unknown> {
  const back: Record<string, unknown> = {};
  for (const column of Object.keys(kept.after)) {
    const [before, after] = [kept.before[column], kept.after[column]];
    if (plain(before) === plain(after)) continue;
    if ((COUNTERS as readonly string[]).includes(column))
      back[column] = Math.max(0, Number(now[column]) - (Number(after) - Number(before)));
    else if (plain(now[column]) === plain(after)) back[column] = before;
  }
  return back;
}
