import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { BadBackup, type SealedKey } from './format.ts';

/** What a command asks of the server that has the embedded database. */
export type Asked = { ask: 'backup'; sealedKey?: SealedKey | undefined };
/** The server's first line; after `ok` come the octets of the backup. */
export type Told = { ok: true } | { ok: false; words: string };

/** A socket's path takes so many octets (unix(7)). */
const MOST_PATH = 107;

/** Where the server of a data folder listens for commands of whoever owns the folder; undefined: its path is too long. */
export function socketPath(dataDir: string): string | undefined {
  const path = resolve(dataDir, 'desk.sock');
  return Buffer.byteLength(path) <= MOST_PATH ? path : undefined;
}

const connected = (path: string) =>
  new Promise<Socket>((done, fail) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('connect', () => done(socket)).once('error', fail);
  });

async function firstLine(socket: Socket): Promise<Told> {
  const parts: Buffer[] = [];
  for (;;) {
    const part = socket.read() as Buffer | null;
    if (part === null) {
      if (socket.readableEnded || socket.destroyed)
        throw new BadBackup('The server ended before it answered.');
      await new Promise<void>((next) => {
        const go = () => {
          for (const event of ['readable', 'end', 'close', 'error']) socket.off(event, go);
          next();
        };
        for (const event of ['readable', 'end', 'close', 'error']) socket.on(event, go);
      });
      continue;
    }
    const at = part.indexOf(10);
    parts.push(at === -1 ? part : part.subarray(0, at));
    if (at === -1) continue;
    if (at + 1 < part.length) socket.unshift(part.subarray(at + 1));
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as Told;
  }
}

/**
 * A backup of the server that runs on a data folder. `kept` says that it was written down; without it the server does not
 * count it. Undefined: no server answers there.
 */
export async function askServer(
  dataDir: string,
  asked: Asked,
): Promise<{ octets: Socket; kept: () => Promise<void> } | undefined> {
  const path = socketPath(dataDir);
  if (!path || !existsSync(path)) return undefined;
  let socket: Socket;
  try {
    socket = await connected(path);
  } catch (error) {
    if (['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  socket.write(`${JSON.stringify(asked)}\n`);
  const told = await firstLine(socket);
  if (!told.ok) {
    socket.destroy();
    throw new BadBackup(told.words);
  }
  return {
    octets: socket,
    kept: () => new Promise<void>((done) => socket.end('kept\n', () => done())),
  };
}
