import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { openPglite } from './embedded.ts';

/** The first message: which folder to open. The thread has loaded the engine by then. */
export type OpenFolder = { folder: string };
/** What the client asks of the database's thread. */
export type Ask = { id: number; sql: string; parameters: unknown[] } | { id: number; close: true };
/** What comes back; an error keeps the fields that PostgreSQL gave it (`code`, `constraint`, …). */
export type Answer = { id: number; result?: unknown; error?: Record<string, unknown> };

if (!parentPort) throw new Error('This file is the entry of a worker thread.');
const port = parentPort;

const fields = (error: unknown): Record<string, unknown> =>
  error instanceof Error
    ? { ...error, name: error.name, message: error.message }
    : { message: String(error) };

const [{ folder }] = (await once(port, 'message')) as [OpenFolder];
const pglite = await openPglite({ dataDir: folder });

async function answer(ask: Ask): Promise<Answer> {
  try {
    if ('close' in ask) return { id: ask.id, result: await pglite.close() };
    const { rows, affectedRows, fields } = await pglite.query(ask.sql, ask.parameters);
    return { id: ask.id, result: { rows, affectedRows, fields } };
  } catch (error) {
    return { id: ask.id, error: fields(error) };
  }
}

port.on('message', (ask: Ask) => {
  void answer(ask).then((reply) => {
    port.postMessage(reply);
    if ('close' in ask) port.close();
  });
});
port.postMessage({ id: 0 } satisfies Answer);
