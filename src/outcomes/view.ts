import { interval } from './interval.ts';
import { quantile } from './steps.ts';
import { addSums, type Counts, type Sum } from './sums.ts';

/** Over fewer answers than these, a share says nothing and is not shown. */
export const LEAST_ANSWERS = 5;

/** What became of some letters, ready to be shown. Durations are medians in milliseconds; null: none is known. */
export type Worked = {
  sent: number;
  answered: number;
  /** Lifted, with or without conditions. */
  lifted: number;
  denied: number;
  other: number;
  /** Of the answered ones, in whole per cent, with the range in which the true share lies; null: too few. */
  share: { percent: number; from: number; to: number } | null;
  answerMs: number | null;
  mitigationMs: number | null;
};

const percent = (share: number) => Math.round(share * 100);

export function workedOf(sum: Counts): Worked {
  const { sent, answered, denied, other } = sum;
  const lifted = sum.mitigated + sum.conditional;
  const range = interval(lifted, answered);
  return {
    sent,
    answered,
    lifted,
    denied,
    other,
    share:
      answered < LEAST_ANSWERS
        ? null
        : { percent: percent(lifted / answered), from: percent(range.from), to: percent(range.to) },
    answerMs: quantile(sum.answerSteps, 0.5),
    mitigationMs: quantile(sum.mitigationSteps, 0.5),
  };
}

/** Sums of one name as one, those with most letters first. */
export function together(sums: Sum[], nameOf: (sum: Sum) => string): Sum[] {
  const byName = new Map<string, Sum>();
  for (const sum of sums) {
    const known = byName.get(nameOf(sum));
    byName.set(nameOf(sum), known ? addSums(known, sum) : sum);
  }
  return [...byName.values()].filter(({ sent }) => sent > 0).sort((a, b) => b.sent - a.sent);
}

/**
 * Each claim of these letters beside the same letters without it: whether it helps cannot be told from its own share
 * alone.
 */
export function claimRows(sums: Sum[]): { claim: string; with: Worked; without: Worked }[] {
  const all = together(
    sums.filter(({ claim }) => claim === ''),
    () => '',
  )[0];
  if (!all) return [];
  return together(
    sums.filter(({ claim }) => claim !== ''),
    ({ claim }) => claim,
  ).map((sum) => ({ claim: sum.claim, with: workedOf(sum), without: workedOf(difference(all, sum)) }));
}

const less = (one: number[], other: number[]) => one.map((count, index) => count - (other[index] ?? 0));

const difference = (all: Sum, part: Sum): Sum => ({
  ...all,
  sent: all.sent - part.sent,
  answered: all.answered - part.answered,
  mitigated: all.mitigated - part.mitigated,
  conditional: all.conditional - part.conditional,
  denied: all.denied - part.denied,
  other: all.other - part.other,
  answerSteps: less(all.answerSteps, part.answerSteps),
  mitigationSteps: less(all.mitigationSteps, part.mitigationSteps),
});

/** What became of all these letters together; null where none was sent. */
export function workedInAll(sums: Sum[]): Worked | null {
  const [all] = together(
    sums.filter(({ claim }) => claim === ''),
    () => '',
  );
  return all ? workedOf(all) : null;
}

/** The same of those that were written from some templates, in whatever language. */
export const workedFrom = (sums: Sum[], templates: string[]): Worked | null =>
  workedInAll(sums.filter(({ template }) => templates.includes(template)));
