import { METRICS, type Metric, type MetricName, STEPS } from './list.ts';
import type { Labels, Sample } from './samples.ts';

/**
 * What this process counted since it began. Whoever does something says so here; nothing of it is stored, and each
 * process has figures of its own.
 */
type Duration = { labels: Labels; steps: number[]; sum: number; count: number };

const counted = new Map<string, { metric: MetricName; labels: Labels; value: number }>();
const durations = new Map<string, { metric: MetricName } & Duration>();

const keyOf = (metric: MetricName, labels: Labels) => `${metric} ${Object.values(labels).join('\0')}`;

/** Counts one more, or `by`. */
export function count(metric: MetricName, labels: Labels = {}, by = 1): void {
  const key = keyOf(metric, labels);
  const known = counted.get(key);
  if (known) known.value += by;
  else counted.set(key, { metric, labels, value: by });
}

/** Adds one duration, in seconds. */
export function took(metric: MetricName, labels: Labels, seconds: number): void {
  const key = keyOf(metric, labels);
  const known = durations.get(key) ?? { metric, labels, steps: STEPS.map(() => 0), sum: 0, count: 0 };
  durations.set(key, known);
  for (const [index, bound] of STEPS.entries())
    if (seconds <= bound) known.steps[index] = (known.steps[index] ?? 0) + 1;
  known.sum += seconds;
  known.count += 1;
}

const stepsOf = ({ metric, labels, steps, sum, count }: { metric: MetricName } & Duration): Sample[] => [
  ...STEPS.map(
    (le, index): Sample => ({
      metric,
      suffix: '_bucket',
      labels: { ...labels, le },
      value: steps[index] ?? 0,
    }),
  ),
  { metric, suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
  { metric, suffix: '_sum', labels, value: sum },
  { metric, suffix: '_count', labels, value: count },
];

/** All that was counted. A counter without labels that never counted is 0. */
export function measured(): Sample[] {
  const never = (Object.entries(METRICS) as [MetricName, Metric][])
    .filter(
      ([name, { kind, labels }]) => kind === 'counter' && labels.length === 0 && name.startsWith('delist'),
    )
    .filter(([name]) => !counted.has(keyOf(name, {})))
    .map(([metric]): Sample => ({ metric, value: 0 }));
  return [...counted.values(), ...never, ...[...durations.values()].flatMap(stepsOf)];
}
