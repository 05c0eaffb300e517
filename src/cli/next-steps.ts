import type { Writable } from 'node:stream';
import { judgePoint, pointsOf, TIMES } from '../next-step/state-space.ts';
import { readCatalogue } from '../providers/catalogue.ts';

type Io = { stdout: Writable; stderr: Writable };

/** One row a situation, its steps over time in it: how many hours ago the last thing happened. */
export function nextStepsTable(providers: string[], now: Date): string[] {
  const catalogue = readCatalogue();
  const rows = new Map<string, string[]>();
  for (const point of pointsOf(providers)) {
    const { step } = judgePoint(point, catalogue, now);
    const { provider, state, verdict, round, evidence } = point;
    const key = [provider, state, verdict ?? '-', `round ${round}`, evidence].join('\t');
    rows.set(key, [...(rows.get(key) ?? []), step?.id ?? '?']);
  }
  const head = ['provider', 'state', 'answer', 'round', 'evidence', ...TIMES.map((hours) => `${hours} h`)];
  return [head.join('\t'), ...[...rows].map(([key, steps]) => [key, ...steps].join('\t'))];
}

/** Prints the table as tab-separated values. Exit 2 for a provider that the catalogue does not have. */
export function nextStepsCommand(args: string[], { stdout, stderr }: Io): number {
  const { byKey } = readCatalogue();
  const providers = args.length > 0 ? args : ['outlook-com'];
  const unknown = providers.find((key) => !byKey.has(key));
  if (unknown !== undefined) {
    stderr.write(`There is no provider ${unknown} in the catalogue.\n`);
    return 2;
  }
  stdout.write(`${nextStepsTable(providers, new Date()).join('\n')}\n`);
  return 0;
}
