import type { Observation } from '../observations/observation.ts';

/** Counts deliveries in the lines of one log. */
export type Scanner = {
  /** The next octets of the log, cut anywhere; a line counts when its end has come. They are overwritten afterwards. */
  push(octets: Buffer): void;
  /** Rows that can be taken. */
  readonly waiting: number;
  /** What was counted since the last call, one batch at most; none when there is no more. */
  take(): Observation[];
  /** The log has ended, and so has its last line. */
  finish(): void;
};

/** Of the log in a file, some of which have the day of their lines in the name; or of what is piped in. */
export type OpenScanner = (file?: string) => Scanner;

/** Everything that a scanner has counted. */
export function takeAll(scanner: Scanner): Observation[] {
  const rows: Observation[] = [];
  for (let some = scanner.take(); some.length > 0; some = scanner.take()) rows.push(...some);
  return rows;
}
