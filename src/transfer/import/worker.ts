import type { FastifyBaseLogger } from 'fastify';
import type { Db } from '../../database/open.ts';
import type { ImportRow } from '../../database/tables.ts';
import { tookTurn } from '../../metrics/turns.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { failImport, takeImport } from './queue.ts';
import { runCsvBatch } from './run-csv.ts';
import { BadExport, runExportBatch } from './run-export.ts';
import { BadTable } from './table.ts';

const LOOK_EVERY_MS = 2000;
/** A batch that fails so often in a row is not tried again. */
const MOST_FAILURES = 5;

type Working = { db: Db; catalogue: Catalogue };

/** The next batch of an import. */
function runBatch(
  { db, catalogue }: Working,
  { id, kind }: Pick<ImportRow, 'id' | 'kind'>,
): Promise<{ isDone: boolean }> {
  return kind === 'csv' ? runCsvBatch(db, id, catalogue) : runExportBatch(db, id);
}

/** Brings an import in to its end, batch by batch, unless it is stopped meanwhile. */
export async function runImport(
  working: Working,
  row: ImportRow,
  { stopped }: { stopped: () => boolean },
): Promise<void> {
  try {
    while (!stopped() && !(await runBatch(working, row)).isDone);
  } catch (error) {
    if (!(error instanceof BadExport || error instanceof BadTable)) throw error;
    await failImport(working.db, row.id, error.message);
  }
}

/** Works off the imports that wait, one at a time in each process. Returns the stop, which waits for the batch in hand. */
export function startImports(working: Working, logger: FastifyBaseLogger): () => Promise<void> {
  const { db } = working;
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
      await runImport(working, row, { stopped: () => isStopped });
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
    while (!isStopped) {
      tookTurn('imports');
      try {
        await step();
      } catch (error) {
        // The database may be away. The lease runs out, and the import goes on where it stood.
        logger.warn({ err: error }, 'import');
        if (!isStopped) await pause();
      }
    }
  };
  const ended = work();
  return async () => {
    isStopped = true;
    wake();
    await ended;
  };
}
