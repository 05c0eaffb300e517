import { openScanner, type ScanOptions } from '../../src/logs/scan.ts';
import type { Observation } from '../../src/observations/observation.ts';
import { catalogue, NOW } from '../bounces/parsing.fixture.ts';

export const scanner = (options: Partial<ScanOptions> = {}) =>
  openScanner({ catalogue, now: () => NOW, ...options });

/** All that a log comes down to. */
export function scan(log: string | Buffer, options: Partial<ScanOptions> = {}): Observation[] {
  const reading = scanner(options);
  reading.push(typeof log === 'string' ? Buffer.from(log) : log);
  reading.finish();
  const found: Observation[] = [];
  while (reading.waiting > 0) found.push(...reading.take());
  return found;
}

/** The only row of a log; throws when there is none or more than one. */
export function onlyRow(log: string | Buffer, options: Partial<ScanOptions> = {}): Observation {
  const [first, ...more] = scan(log, options);
  if (!first || more.length > 0) throw new Error(`${more.length + (first ? 1 : 0)} rows in: ${log}`);
  return first;
}

/** Delivery by Postfix, as it stands in a log. */
export const postfix = (
  fields: string,
  head = 'Jan  9 08:00:01 mx-out1 postfix-12/smtp[58]: B1B141406',
): string => `${head}: ${fields}\n`;

export const OUTLOOK = 'outlook-com.olc.protection.outlook.com';
export const S3150 =
  "550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent. Part of their network is on our block list (S3150).";
