import { judgePoint, pointsOf, TIMES } from '../next-step/state-space.ts';
import { readCatalogue } from '../providers/catalogue.ts';
import { refuse } from './bad-use.ts';
import type { Io } from './io.ts';

export const USE = `Use: next-steps [PROVIDER…]

Prints the next step for every situation with a provider (outlook-com when none is named), as tab-separated values.
`;

/** One row a situation, its steps over time in it: how many hours ago the last thing happened. */
function nextStepsTable(providers: string[], now: Date): string[] {
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
export function nextStepsCommand(args: string[], io: Io): number {
  const { byKey } = readCatalogue();
  const providers = args.length > 0 ? args : ['outlook-com'];
  const unknown = providers.find((key) => !byKey.has(key));
  if (unknown !== undefined) return refuse(io, `There is no provider ${unknown} in the catalogue.\n`);
  io.stdout.write(`${nextStepsTable(providers, new Date()).join('\n')}\n`);
  return 0;
}
