import type { SeenRejection } from '../../src/bounces/distinct.ts';
import { type ParsedReport, parseReport } from '../../src/bounces/parse-report.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';

export const catalogue = readCatalogue();

/** Fixed, so that stamps without a year are the same in every run. */
export const NOW = new Date('2026-01-15T12:00:00Z');

export const parse = (input: string | Uint8Array, timeZone = 'UTC'): ParsedReport =>
  parseReport(input, { catalogue, now: NOW, timeZone });

/** The only block in an input; throws when there is none or more than one. */
export function onlyBlock(input: string): SeenRejection {
  const { rejections } = parse(input);
  const [first] = rejections;
  if (!first || rejections.length > 1)
    throw new Error(`${rejections.length} blocks in: ${input.slice(0, 300)}`);
  return first;
}

/** The only bounce in an input that blocks nobody. */
export function onlyNotBlock(input: string): SeenRejection {
  const { rejections, notBlocks } = parse(input);
  const [first] = notBlocks;
  if (!first || notBlocks.length > 1 || rejections.length > 0)
    throw new Error(`${notBlocks.length} and ${rejections.length} in: ${input.slice(0, 300)}`);
  return first;
}
