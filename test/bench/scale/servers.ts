import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../free-port.ts';
import { startServer } from '../server.ts';

export const TOKEN = 'a-bootstrap-token-for-the-bench';

export type Running = {
  port: number;
  stop: () => Promise<void>;
  memory: () => { now: number; most: number };
};

/** Megabytes that a process holds in memory. */
function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
  return { now: of('VmRSS'), most: of('VmHWM') };
}

async function start(args: string[], environment: Record<string, string>): Promise<Running> {
  const port = await freePort();
  const server = await startServer(args, { ...environment, PORT: String(port) });
  return { port, stop: () => server.stop(), memory: () => memoryOf(server.pid) };
}

/** Where the data are: a server's database, or the folder of an embedded one. */
export type Where = { databaseUrl: string } | { dataDir: string };

/** One process of ours. Nobody outside is asked: there is no name server where it looks for one. */
export async function startOurs(where: Where): Promise<Running> {
  const own = 'dataDir' in where ? undefined : mkdtempSync(join(tmpdir(), 'delist-desk-scale-'));
  const running = await start(['--max-semi-space-size=8', 'src/main.js'], {
    DATABASE_URL: 'databaseUrl' in where ? where.databaseUrl : '',
    DATA_DIR: own ?? ('dataDir' in where ? where.dataDir : ''),
    DELIST_DESK_BOOTSTRAP_TOKEN: TOKEN,
    DNS_SERVERS: `127.0.0.1:${await freePort()}`,
  });
  const stop = async () => {
    await running.stop();
    if (own) rmSync(own, { recursive: true, force: true });
  };
  return { ...running, stop };
}

const floorEnvironment = (where: Where) => ({
  DATABASE_URL: 'databaseUrl' in where ? where.databaseUrl : '',
  DATA_DIR: 'dataDir' in where ? where.dataDir : '',
});

/** The floor of a page: one query and a template of the same size. */
export const startFloor = (where: Where) => start(['test/bench/floor-pages.js'], floorEnvironment(where));
/** The floor of all: `select 1`. */
export const startLeast = (where: Where) => start(['test/bench/floor.js'], floorEnvironment(where));
