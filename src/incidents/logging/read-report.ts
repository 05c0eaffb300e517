import { WORTH_A_THREAD } from '../../aside/aside.ts';
import { readAside } from '../../aside/read-aside.ts';
import { type ParsedReport, parseReport } from '../../bounces/parse-report.ts';
import { isGzip } from '../../bounces/unzipped.ts';
import type { Playbooks } from '../../playbooks/live.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { type Block, blocksOf } from './blocks.ts';
import type { ReportAside } from './parse-aside.ts';

export type ReadReport = { report: ParsedReport; blocks: Block[] };

/** What is known of providers: as it stands, and the part of it that people here changed. */
export type Known = Pick<Playbooks, 'catalogue' | 'overlay'>;

const PARSE = new URL('./parse-aside.ts', import.meta.url);

/** A zipped file says nothing of how much is in it. */
const isLarge = (input: string | Uint8Array): boolean =>
  input.length >= WORTH_A_THREAD || (typeof input !== 'string' && isGzip(input));

const parseAside = (given: ReportAside) => readAside<ParsedReport>(PARSE, given, { field: 'report' });

/** What is recognised in a text or file. A large one is read in a thread of its own, while others are answered. */
export async function parseGiven(
  input: string | Uint8Array,
  { catalogue, overlay }: Known,
  timeZone: string,
): Promise<ParsedReport> {
  const now = new Date();
  return isLarge(input)
    ? parseAside({ input, overlay: overlay(), now, timeZone })
    : parseReport(input, { catalogue, now, timeZone });
}

/** A report's blocks, read as {@link parseGiven} does: before any transaction, which would wait for the thread. */
export async function readReport(raw: Buffer, known: Known, timeZone: string): Promise<ReadReport> {
  const report = await parseGiven(raw, known, timeZone);
  return { report, blocks: blocksOf(report, known.catalogue) };
}

/** The same at once, of a report that is small, or of the beginning of one. */
export function readHere(raw: Buffer, catalogue: Catalogue, timeZone: string): ReadReport {
  const report = parseReport(raw.subarray(0, WORTH_A_THREAD), { catalogue, now: new Date(), timeZone });
  return { report, blocks: blocksOf(report, catalogue) };
}
