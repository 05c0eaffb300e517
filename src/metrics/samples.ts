import { METRICS, type Metric, type MetricName } from './list.ts';

export type Labels = Record<string, string | number>;
/** One figure; `suffix` tells those of a histogram apart. */
export type Sample = {
  metric: MetricName;
  labels?: Labels;
  value: number;
  suffix?: '_bucket' | '_sum' | '_count';
};

const escaped = (value: string | number): string =>
  String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const labelsText = (labels: Labels = {}): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
};

const figure = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : Number.isFinite(value) ? String(value) : 'NaN';

/** Figures in Prometheus' text format, version 0.0.4. A metric without any is left out. */
export function samplesText(samples: readonly Sample[]): string {
  const byMetric = Map.groupBy(samples, ({ metric }) => metric);
  const lines = (Object.entries(METRICS) as [MetricName, Metric][]).flatMap(([name, { kind, help }]) => {
    const all = byMetric.get(name);
    if (!all) return [];
    return [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${kind}`,
      ...all.map(
        ({ labels, value, suffix = '' }) => `${name}${suffix}${labelsText(labels)} ${figure(value)}`,
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}
