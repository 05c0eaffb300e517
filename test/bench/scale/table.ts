/** One row of a table. */
export const line = (...cells: string[]): void => {
  process.stdout.write(`${cells.join(' ')}\n`);
};
export const perSecond = (rate: number): string => rate.toFixed(rate < 100 ? 1 : 0).padStart(8);
export const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1).padStart(8);
export const times = (ratio: number): string => ratio.toFixed(2).padStart(9);
export const heading = (first: string, connections: string, ...others: string[]): void =>
  line(
    first.padEnd(64),
    connections.padStart(3),
    ...others.map((cell, index) => cell.padStart(index < 5 ? 8 : 9)),
  );

export function title(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

/** A goal, what was measured, and whether it is reached. */
export function goal(what: string, measured: number, wanted: { least: number } | { most: number }): void {
  const reached = 'least' in wanted ? measured >= wanted.least : measured <= wanted.most;
  const words = 'least' in wanted ? `≥ ${wanted.least}` : `≤ ${wanted.most}`;
  line(
    what.padEnd(72),
    measured.toFixed(measured < 10 ? 2 : 1).padStart(9),
    `(wanted ${words})`.padEnd(18),
    reached ? 'reached' : 'MISSED',
  );
}
