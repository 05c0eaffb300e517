import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The one file that a command is given, and its flags; undefined: it is used in another way. */
export function oneFile<const Flags extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Flags,
) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [file, more] = positionals;
    return file && more === undefined ? { file, values } : undefined;
  } catch {
    return undefined;
  }
}
