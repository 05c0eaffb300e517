import type { Trx } from '../database/open.ts';
import { invalid } from '../problem.ts';
import { type GivenReport, type Imported, importReport } from './import-report.ts';
import type { PackedReport } from './pack-report.ts';
import { readReport } from './read-report.ts';
import { BadReport } from './snds-file.ts';

/** Reads a report that somebody hands in, or says what is wrong with it. */
export async function readGiven(raw: Buffer, field: string): Promise<PackedReport> {
  if (raw.length === 0) throw invalid(field, 'Choose the report, or paste it.');
  try {
    const report = await readReport(raw, { field });
    if (report.rows === 0) throw invalid(field, 'The report is empty: there is not a row in it.');
    return report;
  } catch (error) {
    if (error instanceof BadReport) throw invalid(field, error.message);
    throw error;
  }
}

export const takeReport = (
  trx: Trx,
  report: PackedReport,
  given: Omit<GivenReport, 'feedId' | 'now'>,
): Promise<Imported> => importReport(trx, report, { ...given, feedId: null, now: new Date() });

const rows = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

/** What an import did, in a sentence. */
export function importedWords(done: Imported): string {
  if (done.repeated) return 'This report was imported already; nothing is changed.';
  const what =
    done.kind === 'data'
      ? `${rows(done.rows, 'row')} from ${done.firstDay} to ${done.lastDay}`
      : rows(done.rows, 'range');
  return `Imported ${what}${done.replaced > 0 ? `; ${rows(done.replaced, 'day')} said something else before` : ''}.`;
}
