import type { Io } from './io.ts';

/** What was asked for cannot be meant: the command says how it is used, and ends with 2. */
export class BadUse extends Error {
  override name = 'BadUse';
}

/** Says on standard error what is wrong. Returns the exit status of bad use. */
export function refuse(io: Pick<Io, 'stderr'>, words: string): 2 {
  io.stderr.write(words);
  return 2;
}
