import { type ChildProcess, spawn } from 'node:child_process';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const answers = (url: string) =>
  new Promise<boolean>((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume().on('end', () => resolve(true));
    }).on('error', () => resolve(false));
  });

/** Starts a server as a process of its own and waits until it answers. `stop` ends it and waits until it is gone. */
export async function startServer(
  args: string[],
  environment: Record<string, string>,
): Promise<{ url: string; pid: number; stop: (signal?: NodeJS.Signals) => Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, LOG_LEVEL: 'silent', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (words: Buffer) => {
    said = (said + words).slice(-2000);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${environment['PORT']}`;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    await gone;
  };
  for (const started = performance.now(); !(await answers(url)); ) {
    if (child.exitCode !== null || performance.now() - started > 120_000) {
      await stop();
      throw new Error(`${args} does not answer (exit ${child.exitCode}): ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { url, pid: child.pid ?? 0, stop };
}

/** A database of the bench's own on the server, gone with the bench. */
export async function withDatabase(server: string, bench: (url: string) => Promise<void>): Promise<void> {
  const name = `dd_bench_${process.pid}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name}`);
  try {
    const url = new URL(server);
    url.pathname = `/${name}`;
    await bench(url.href);
  } finally {
    await run(`drop database ${name} with (force)`);
  }
}
