import { dirname } from 'node:path';
import type { OpenScanner } from '../agent/scanner.ts';
import { type Deliveries, openDeliveries } from '../logs/makes/smartermail.ts';
import { openScanner, type ScanOptions } from '../logs/scan.ts';
import { dayInName } from '../logs/time-of-day.ts';
import { readCatalogue } from '../providers/catalogue.ts';

/** What a scanner is told about the host whose logs it reads. */
export type ScannerFacts = Omit<ScanOptions, 'catalogue' | 'now' | 'deliveries'>;

/** What is under way goes from the log of a day to that of the next, in the same directory. */
function overMidnight(): (file: string) => { deliveries?: Deliveries } {
  const byDirectory = new Map<string, Deliveries>();
  return (file) => {
    if (dayInName(file) === null) return {};
    const deliveries = byDirectory.get(dirname(file)) ?? openDeliveries();
    byDirectory.set(dirname(file), deliveries);
    return { deliveries };
  };
}

/** One scanner for each log of a host. */
export function logScanners(facts: ScannerFacts): OpenScanner {
  const catalogue = readCatalogue();
  const underWay = overMidnight();
  return (file) =>
    openScanner({
      ...facts,
      ...(file === undefined ? {} : { file, ...underWay(file) }),
      catalogue,
      now: () => new Date(),
    });
}
