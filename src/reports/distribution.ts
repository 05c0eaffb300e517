import { durationOf, STEPS } from '../outcomes/steps.ts';

/** So many incidents whose duration is at a step; `waiting`: it had lasted so long when its end was last looked for. */
export type StepCount = { step: number; waiting: boolean; n: number };

/**
 * How durations are distributed, those that have not ended counted as far as they have got (Kaplan and Meier's
 * estimate), so that neither leaving them out nor taking them for ended makes the rest look quick.
 */
export type Distribution = {
  ended: number;
  waiting: number;
  /** Share that has ended within each step, 0 to 1, by step from 1; it stops where nothing is known of longer ones. */
  curve: number[];
};

export function distributionOf(counts: StepCount[]): Distribution {
  const ends = Array<number>(STEPS).fill(0);
  const waits = Array<number>(STEPS).fill(0);
  for (const { step, waiting, n } of counts) {
    const steps = waiting ? waits : ends;
    steps[step - 1] = (steps[step - 1] ?? 0) + n;
  }
  const sum = (steps: number[]) => steps.reduce((all, n) => all + n, 0);
  const [ended, waiting] = [sum(ends), sum(waits)];
  const curve: number[] = [];
  let left = ended + waiting;
  let lasting = 1;
  for (let index = 0; index < STEPS && left > 0; index += 1) {
    lasting *= 1 - (ends[index] ?? 0) / left;
    left -= (ends[index] ?? 0) + (waits[index] ?? 0);
    curve.push(1 - lasting);
  }
  return { ended, waiting, curve };
}

/** Rounding leaves a share a hair below one half. */
const HAIR = 1e-9;

/** Within which time a share has ended, in milliseconds; null: so many have not ended yet. */
export function within({ curve }: Distribution, share: number): number | null {
  const index = curve.findIndex((ended) => ended >= share - HAIR);
  return index < 0 ? null : durationOf(index + 1);
}

/** Fewer have no quarters. */
const LEAST = 5;
export const hasQuarters = (n: number): boolean => n >= LEAST;

/** Counts of several groups as one. */
export function togetherOf(groups: Iterable<StepCount[]>): StepCount[] {
  return [...groups].flat();
}
