/** The middle value; of an even number the upper one of the middle two. */
export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export function print(name: string, value: number, unit: string): void {
  process.stdout.write(`${name.padEnd(52)}${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit}\n`);
}

export function ratio(ours: number, other: number, wanted: string): void {
  process.stdout.write(
    `${'  ratio'.padEnd(52)}${(ours / other).toFixed(2).padStart(8)} (wanted ${wanted})\n`,
  );
}
