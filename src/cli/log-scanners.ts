import type { OpenScanner } from '../agent/scanner.ts';
import { openScanner } from '../logs/scan.ts';
import { readCatalogue } from '../providers/catalogue.ts';
import type { ScannerFacts } from './ingest.ts';

/** One scanner for each log of a host. */
export function logScanners(facts: ScannerFacts): OpenScanner {
  const catalogue = readCatalogue();
  return () => openScanner({ ...facts, catalogue, now: () => new Date() });
}
