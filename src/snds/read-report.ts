import { WORTH_A_THREAD } from '../aside/aside.ts';
import { readAside } from '../aside/read-aside.ts';
import readAndPack, { type PackedReport, type Unread } from './pack-report.ts';
import { BadReport } from './snds-file.ts';

const READ = new URL('./pack-report.ts', import.meta.url);

/**
 * Reads a report, a large one in a thread of its own: before any transaction, which would wait for the thread. Throws
 * {@link BadReport}.
 */
export async function readReport(
  raw: Buffer,
  options: { field: string; patient?: boolean },
): Promise<PackedReport> {
  const read =
    raw.length >= WORTH_A_THREAD
      ? await readAside<PackedReport | Unread>(READ, raw, options)
      : readAndPack(raw);
  if ('problem' in read) throw new BadReport(read.problem, read.isPage);
  return read;
}
