import type { Outcome } from './outcome.ts';
import { addSteps } from './steps.ts';

const KEY = ['provider', 'template', 'language', 'round', 'wording', 'claim'] as const;
const COUNTS = ['sent', 'answered', 'mitigated', 'conditional', 'denied', 'other'] as const;

/** How many letters were sent and what became of them. */
export type Counts = Record<(typeof COUNTS)[number], number> & {
  /** How many at each step of the scale of durations. */
  answerSteps: number[];
  mitigationSteps: number[];
};

/**
 * The letters of a wording (0: the built-in one) that went to a provider; an empty claim stands for all of them.
 */
export type Sum = Counts & Record<Exclude<(typeof KEY)[number], 'wording'>, string> & { wording: number };

export const sumName = (sum: Sum): string => KEY.map((key) => sum[key]).join('\n');

const is = (one: boolean) => (one ? 1 : 0);
const at = (step: number | null) =>
  addSteps(step === null ? [] : [...Array<number>(step - 1).fill(0), 1], []);

/** A letter counts once among all, and once for each claim that it stated as a fact. */
function partsOf(outcome: Outcome & { provider: string }): Sum[] {
  const { provider, template, language, round, wording, verdict, answerStep, mitigationStep } = outcome;
  const known = verdict === 'mitigated' || verdict === 'conditionally-mitigated' || verdict === 'denied';
  return ['', ...outcome.claims].map((claim) => ({
    provider,
    template,
    language,
    round,
    wording,
    claim,
    sent: 1,
    answered: is(verdict !== null),
    mitigated: is(verdict === 'mitigated'),
    conditional: is(verdict === 'conditionally-mitigated'),
    denied: is(verdict === 'denied'),
    other: is(verdict !== null && !known),
    answerSteps: at(answerStep),
    mitigationSteps: at(mitigationStep),
  }));
}

const negative = (counts: number[]) => counts.map((count) => (count === 0 ? 0 : -count));

/** Two sums of the same letters as one. */
export function addSums(one: Sum, other: Sum): Sum {
  const counts = Object.fromEntries(COUNTS.map((key) => [key, one[key] + other[key]])) as Pick<
    Sum,
    (typeof COUNTS)[number]
  >;
  return {
    ...one,
    ...counts,
    answerSteps: addSteps(one.answerSteps, other.answerSteps),
    mitigationSteps: addSteps(one.mitigationSteps, other.mitigationSteps),
  };
}

const takenAway = (sum: Sum): Sum => ({
  ...sum,
  ...(Object.fromEntries(COUNTS.map((key) => [key, sum[key] === 0 ? 0 : -sum[key]])) as Pick<
    Sum,
    (typeof COUNTS)[number]
  >),
  answerSteps: negative(sum.answerSteps),
  mitigationSteps: negative(sum.mitigationSteps),
});

const isNothing = (sum: Sum) =>
  COUNTS.every((key) => sum[key] === 0) &&
  [...sum.answerSteps, ...sum.mitigationSteps].every((count) => count === 0);

/** What has to be added to the sums when outcomes changed, in the order of their names; what stays the same is left out. */
export function changesOf(
  before: (Outcome & { provider: string })[],
  now: (Outcome & { provider: string })[],
): Sum[] {
  const changes = new Map<string, Sum>();
  for (const part of [...before.flatMap(partsOf).map(takenAway), ...now.flatMap(partsOf)]) {
    const known = changes.get(sumName(part));
    changes.set(sumName(part), known ? addSums(known, part) : part);
  }
  return [...changes.entries()]
    .filter(([, sum]) => !isNothing(sum))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, sum]) => sum);
}
