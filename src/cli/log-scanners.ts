import type { OpenScanner } from '../agent/scanner.ts';
import { openScanner, type ScanOptions } from '../logs/scan.ts';
import { readCatalogue } from '../providers/catalogue.ts';

/** What a scanner is told about the host whose logs it reads. */
export type ScannerFacts = Omit<ScanOptions, 'catalogue' | 'now'>;

/** One scanner for each log of a host. */
export function logScanners(facts: ScannerFacts): OpenScanner {
  const catalogue = readCatalogue();
  return (file) =>
    openScanner({ ...facts, ...(file === undefined ? {} : { file }), catalogue, now: () => new Date() });
}
