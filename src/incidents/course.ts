import type { IncidentState } from '../database/tables.ts';
import { stateWords } from './incidents.ts';

type CourseStep = { state: IncidentState; from: Date; until: Date | null };

type Change = { at: Date; from: IncidentState; to: IncidentState };

/**
 * The changes that led to a state, each to where the next one began. A letter that is marked as sent only after its
 * answer came is between two that belong together, and none of them.
 */
function ledTo(state: IncidentState, changes: Change[]): Change[] {
  const led: Change[] = [];
  let left = changes;
  let wanted = state;
  while (left.length > 0) {
    const found = left.findLastIndex(({ to }) => to === wanted);
    const index = found < 0 ? left.length - 1 : found;
    const change = left[index] as Change;
    led.unshift(change);
    wanted = change.from;
    left = left.slice(0, index);
  }
  return led;
}

/** Whose turn it was, and for how long: from the changes of state, oldest first, to the state that holds. */
export function courseOf(start: Date, changes: Change[], state: IncidentState): CourseStep[] {
  const told = ledTo(state, changes);
  const steps: CourseStep[] = [{ state: told[0]?.from ?? state, from: start, until: null }];
  for (const change of told) {
    const last = steps.at(-1);
    if (last) last.until = change.at;
    steps.push({ state: change.to, from: change.at, until: null });
  }
  return steps;
}

/** Widths of the course's parts: in proportion, in whole steps from 4 to 24, so that the shortest can still be seen. */
export function courseView(steps: CourseStep[], now: Date) {
  const lengths = steps.map((step) => Math.max(0, (step.until ?? now).getTime() - step.from.getTime()));
  const longest = Math.max(1, ...lengths);
  return steps.map((step, index) => {
    const ms = lengths[index] ?? 0;
    return {
      state: step.state,
      words: stateWords(step.state),
      ms,
      width: Math.max(4, Math.round((ms / longest) * 24)),
      running: step.until === null && step.state !== 'closed',
      ended: step.state === 'closed',
    };
  });
}
