import { dirname } from 'node:path';
import type { OpenScanner } from '../agent/scanner.ts';
import { type Deliveries, openDeliveries } from '../logs/makes/smartermail.ts';
import { openScanner, type ScanOptions } from '../logs/scan.ts';
import { dayBefore, dayInName } from '../logs/time-of-day.ts';
import { readCatalogue } from '../providers/catalogue.ts';

/** What a scanner is told about the host whose logs it reads. */
export type ScannerFacts = Omit<ScanOptions, 'catalogue' | 'now' | 'deliveries'>;

/** Logs of which it is known what was under way; more are hardly read side by side. */
const MOST = 100;

/** What is under way goes from the log of a day to that of the next, in the same directory. */
function overMidnight(): (file: string) => { deliveries?: Deliveries } {
  const byDay = new Map<string, Deliveries>();
  return (file) => {
    const day = dayInName(file);
    if (day === null) return {};
    const key = `${dirname(file)}/${day}`;
    const before = `${dirname(file)}/${dayBefore(day)}`;
    const deliveries = byDay.get(key) ?? openDeliveries(() => byDay.get(before));
    byDay.set(key, deliveries);
    for (const oldest of byDay.keys()) if (byDay.size > MOST) byDay.delete(oldest);
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
