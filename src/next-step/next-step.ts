import type { IncidentRow } from '../database/tables.ts';
import { chooseStep, type Step, type StepAnswer } from './engine.ts';
import type { Situation } from './facts.ts';
import { RULES } from './rules.ts';

/** The step of an incident with what a person set by hand, which comes first. */
export type NextStep = Step & { byHand: boolean; timeZone: string | null; others: Situation['others'] };

const OVER: Omit<Step, 'what' | 'why'> = {
  id: 'closed',
  button: null,
  also: [],
  alternatives: [],
  due: null,
  waits: true,
  reminds: false,
  dismissible: false,
  snoozed: null,
  dismissed: [],
  source: 'our rule',
  verified: true,
};

const outside = { byHand: false, timeZone: null, others: { upstream: null, earlier: null } };
export const CLOSED_STEP: NextStep = {
  ...OVER,
  what: 'Nothing to do.',
  why: 'This incident is closed.',
  ...outside,
};

type ByHand = Pick<IncidentRow, 'next_action' | 'next_action_due_at'>;

/** The one next step. Throws where no rule holds, which is a fault of the rules. */
export function nextStep(
  { next_action: action, next_action_due_at: due }: ByHand,
  situation: Situation,
  answers: StepAnswer[],
  now: Date,
): NextStep {
  const step = chooseStep(RULES, situation, answers, now);
  if (!step) throw new Error(`no rule names a step for an incident that is ${situation.facts.state}`);
  const { timeZone, others } = situation;
  if (!action) return { ...step, due: due ?? step.due, byHand: false, timeZone, others };
  const alternatives = step.button
    ? [{ id: step.id, what: step.what, button: step.button }, ...step.alternatives]
    : step.alternatives;
  return {
    ...step,
    what: action,
    why: `Set by hand. Otherwise: ${step.what}`,
    due: due ?? step.due,
    alternatives,
    reminds: due !== null || step.reminds,
    byHand: true,
    timeZone,
    others,
  };
}
