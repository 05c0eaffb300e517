const MINUTE = 60_000;
/** Each step is a sixth longer than the one before: a duration is known to within 8 per cent. */
const GROWTH = 7 / 6;
/** From a minute to about three years. */
export const STEPS = 92;

/** The step of a duration in milliseconds, 1 to {@link STEPS}. */
export function stepOf(ms: number): number {
  if (ms <= MINUTE) return 1;
  return Math.min(STEPS, 1 + Math.round(Math.log(ms / MINUTE) / Math.log(GROWTH)));
}

/** The duration in the middle of a step, in milliseconds. */
export const durationOf = (step: number): number => MINUTE * GROWTH ** (step - 1);

/** The duration that a share of all does not reach, in milliseconds; null without any. */
export function quantile(counts: number[], share: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let left = share * all;
  for (const [index, count] of counts.entries()) {
    left -= count;
    if (left <= 0) return durationOf(index + 1);
  }
  return durationOf(counts.length);
}

/** Step by step together. */
export const addSteps = (one: number[], other: number[]): number[] =>
  Array.from({ length: STEPS }, (_, index) => (one[index] ?? 0) + (other[index] ?? 0));
