import { open } from 'node:fs/promises';
import { openScanner } from '../../src/logs/scan.ts';
import { MOST_ROWS } from '../../src/observations/observation.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { doubled } from './doubled-catalogue.ts';

/** Child of the bench: reads a log as the agent would, in one process. */

const [file = '', catalogueSize = '1'] = process.argv.slice(2);
const catalogue = catalogueSize === '2' ? doubled(readCatalogue()) : readCatalogue();
const now = new Date('2026-11-01T00:00:00Z');
const scanner = openScanner({ catalogue, now: () => now });
const totals = { rows: 0, accepted: 0, deferred: 0, refused: 0 };
const take = (): void => {
  for (const { outcome, count } of scanner.take()) {
    totals.rows += 1;
    totals[outcome] += count;
  }
};

const started = { at: performance.now(), cpu: process.threadCpuUsage() };
const handle = await open(file);
const buffer = Buffer.allocUnsafe(1 << 20);
for (;;) {
  const { bytesRead } = await handle.read(buffer, 0, buffer.length);
  if (bytesRead === 0) break;
  scanner.push(buffer.subarray(0, bytesRead));
  while (scanner.waiting >= MOST_ROWS) take();
}
scanner.finish();
while (scanner.waiting > 0) take();
const took = performance.now() - started.at;
const { user, system } = process.threadCpuUsage(started.cpu);
await handle.close();
process.stdout.write(
  JSON.stringify({ took, cpu: (user + system) / 1000, peak: process.resourceUsage().maxRSS, totals }),
);
