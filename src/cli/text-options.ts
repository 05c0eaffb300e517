import { parseArgs } from 'node:util';

/** The options of a command that takes texts only; undefined for any other use. */
export function textOptions(args: string[], names: string[]): Record<string, string | undefined> | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      strict: true,
    });
    return values as Record<string, string | undefined>;
  } catch {
    return undefined;
  }
}
