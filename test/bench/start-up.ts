import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, print, ratio } from './figures.ts';
import { withDatabase } from './server.ts';

/** Start to the first answer that asked the database, ours beside the floor of the stack, in turns. */

const STARTS = 7;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OURS = ['src/main.js'];
const FLOOR = ['test/bench/floor.js'];

const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once('exit', () => resolve()));

const answers = (url: string) =>
  new Promise<boolean>((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
    }).on('error', () => resolve(false));
  });

/** Milliseconds from spawn until the process answers over HTTP. */
async function timeStart(args: string[], environment: Record<string, string>): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  });
  const gone = ended(child);
  const url = `http://127.0.0.1:${environment['PORT']}/healthz`;
  for (;;) {
    if (await answers(url)) break;
    if (performance.now() - started > 60_000) throw new Error(`${args} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const took = performance.now() - started;
  child.kill('SIGTERM');
  await gone;
  return took;
}

async function inTurns(environment: Record<string, string>): Promise<{ ours: number; floor: number }> {
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let start = 0; start < STARTS; start++) {
    floor.push(await timeStart(FLOOR, environment));
    ours.push(await timeStart(OURS, environment));
  }
  return { ours: median(ours), floor: median(floor) };
}

async function embedded(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'delist-desk-bench-'));
  const environment = { DATA_DIR: dataDir, PORT: '3977', LOG_LEVEL: 'silent', DATABASE_URL: '' };
  try {
    print('start, fresh embedded directory', await timeStart(OURS, environment), 'ms');
    const { ours, floor } = await inTurns(environment);
    print('start, warm embedded directory', ours, 'ms');
    print('  Fastify, Handlebars and PGlite alone', floor, 'ms');
    ratio(ours, floor, '≤ 1.3');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const onServer = (server: string) =>
  withDatabase(server, async (databaseUrl) => {
    const environment = { PORT: '3977', LOG_LEVEL: 'silent', DATABASE_URL: databaseUrl };
    await timeStart(OURS, environment);
    const { ours, floor } = await inTurns(environment);
    print('start on PostgreSQL', ours, 'ms');
    print('  Fastify, Handlebars and Kysely alone', floor, 'ms');
    ratio(ours, floor, '≤ 2');
  });

export async function benchStartUp(): Promise<void> {
  await embedded();
  const server = process.env['TEST_DATABASE_URL'];
  if (server) await onServer(server);
  else process.stdout.write('start on PostgreSQL: not measured, TEST_DATABASE_URL is not set\n');
}
