import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import type { FastifyBaseLogger } from 'fastify';
import { COMMAND_LINE } from '../audit/note.ts';
import { Problem } from '../problem.ts';
import { type Asked, socketPath, type Told } from './asking.ts';
import type { End } from './format.ts';
import { clearCopies, type Source, serveBackup } from './make.ts';
import { recordBackup } from './store.ts';

/** Whoever connects and says nothing, or takes nothing, is gone. */
const SILENT_MS = 120_000;
/** So long whoever took it all may read it again. */
const READ_AGAIN_MS = 6 * 3_600_000;
const MOST_ASKED = 20_000;

type Patience = { silentMs: number; readAgainMs: number };

async function answer(
  socket: Socket,
  source: Source,
  { silentMs, readAgainMs }: Patience,
): Promise<End | undefined> {
  socket.setTimeout(silentMs).on('timeout', () => socket.destroy());
  const lines = createInterface({ input: socket });
  // Nobody is waited for who is gone.
  socket.once('close', () => lines.close());
  const said = lines[Symbol.asyncIterator]();
  const { value: line = '' } = await said.next();
  const tell = (told: Told) => socket.write(`${JSON.stringify(told)}\n`);
  const asked = (line.length <= MOST_ASKED ? JSON.parse(line) : {}) as Partial<Asked>;
  if (asked.ask !== 'backup') {
    tell({ ok: false, words: 'The server that runs is of another release. Stop it, or use the same.' });
    socket.end();
    return undefined;
  }
  try {
    // Copying a large database takes its time, and so does reading its backup again.
    socket.setTimeout(0);
    const backup = await serveBackup(source, { sealedKey: asked.sealedKey });
    socket.setTimeout(silentMs);
    tell({ ok: true });
    let byteLength = 0;
    backup.stream.on('data', (part: Buffer) => {
      byteLength += part.length;
    });
    await pipeline(backup.stream, socket);
    const end = backup.end();
    socket.setTimeout(readAgainMs);
    const { value: kept } = await said.next();
    if (kept === 'kept' && end)
      await recordBackup(source.db, { way: 'command', by: COMMAND_LINE, byteLength, end });
    return end;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    tell({ ok: false, words: error.message });
    socket.end();
    return undefined;
  } finally {
    lines.close();
  }
}

/**
 * Backups for the command line while the embedded database belongs to this process. Whoever may open the socket owns the
 * folder, and could read the database's files. Returns the stop.
 */
export async function answerCommands(
  source: Source,
  logger: FastifyBaseLogger,
  { silentMs = SILENT_MS, readAgainMs = READ_AGAIN_MS }: Partial<Patience> = {},
): Promise<() => Promise<void>> {
  await clearCopies(source.dataDir);
  const path = socketPath(source.dataDir);
  if (!path) {
    logger.warn('The path of DATA_DIR is too long for a socket: `backup` works while the server is stopped.');
    return async () => {};
  }
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => {}).once('close', () => open.delete(socket));
    answer(socket, source, { silentMs, readAgainMs }).then(
      (end) => end && logger.info({ rows: end.rows }, 'backup'),
      (error: unknown) => {
        logger.warn({ err: error }, 'backup');
        socket.destroy();
      },
    );
  });
  // A killed process left it; the folder's lock is ours.
  rmSync(path, { force: true });
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(path, done);
  });
  chmodSync(path, 0o600);
  return async () => {
    for (const socket of open) socket.destroy();
    await new Promise<void>((done) => server.close(() => done()));
  };
}
