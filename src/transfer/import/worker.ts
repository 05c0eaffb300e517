import type { FastifyBaseLogger } from 'fastify';
import type { Db } from '../../database/open.ts';
import type { ImportRow } from '../../database/tables.ts';
import { failImport, takeImport } from './queue.ts';
import { BadExport, runExportBatch } from './run-export.ts';

const LOOK_EVERY_MS = 2000;
/** A batch that fails so often in a row is not tried again. */
const MOST_FAILURES = 5;

/** The next batch of an import, whatever it is. */
export function runBatch(
  db: Db,
  row: Pick<ImportRow, 'id' | 'kind' | 'state'>,
): Promise<{ isDone: boolean }> {
  return runExportBatch(db, row.id);
}

/** Brings an import in to its end, batch by batch, unless it is stopped meanwhile. */
export async function runImport(
  db: Db,
  row: ImportRow,
  { stopped }: { stopped: () => boolean },
): Promise<void> {
  try {
    while (!stopped() && !(await runBatch(db, row)).isDone);
  } catch (error) {
    if (!(error instanceof BadExport)) throw error;
    await failImport(db, row.id, error.message);
  }
}

/** Works off the imports that wait, one at a time in each process. Returns the stop, which waits for the batch in hand. */
export function startImports({ db }: { db: Db }, logger: FastifyBaseLogger): () => Promise<void> {
  let isStopped = false;
  let wake = () => {};
  const failures = new Map<number, number>();
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const step = async () => {
    const row = await takeImport(db);
    if (!row) return pause();
    try {
      await runImport(db, row, { stopped: () => isStopped });
      failures.delete(row.id);
      if (!isStopped) logger.info({ import: row.id }, 'import');
    } catch (error) {
      const times = (failures.get(row.id) ?? 0) + 1;
      failures.set(row.id, times);
      if (times >= MOST_FAILURES)
        await failImport(db, row.id, 'Something failed on our side; the log of the server tells what.');
      throw error;
    }
  };
  const work = async () => {
    while (!isStopped)
      try {
        await step();
      } catch (error) {
        // The database may be away. The lease runs out, and the import goes on where it stood.
        logger.warn({ err: error }, 'import');
        if (!isStopped) await pause();
      }
  };
  const ended = work();
  return async () => {
    isStopped = true;
    wake();
    await ended;
  };
}
