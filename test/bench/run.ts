import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Start to first answered request, ours beside the database's own floor, in one run. Prints medians and the ratio. */

const STARTS = 7;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once('exit', () => resolve()));

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
  for (let tries = 0; tries < 4000; tries++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const took = performance.now() - started;
  child.kill('SIGTERM');
  await gone;
  return took;
}

/** The least that anything on PGlite does: open the directory, one query, one answer. */
const FLOOR = `
import { createServer } from 'node:http';
import { PGlite } from '@electric-sql/pglite';
const db = await PGlite.create({ dataDir: process.env.DATA_DIR + '/db' });
createServer(async (_q, r) => { await db.query('select 1'); r.end('ok'); }).listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', async () => { await db.close(); process.exit(0); });
`;

const dataDir = mkdtempSync(join(tmpdir(), 'delist-desk-bench-'));
try {
  const ours = { DATA_DIR: dataDir, PORT: '3977', LOG_LEVEL: 'silent', DATABASE_URL: '' };
  const fresh = await timeStart(['src/main.ts'], ours);
  const [warm, floor]: [number[], number[]] = [[], []];
  for (let start = 0; start < STARTS; start++) {
    floor.push(await timeStart(['--input-type=module', '-e', FLOOR], ours));
    warm.push(await timeStart(['src/main.ts'], ours));
  }
  const line = (name: string, ms: number) =>
    process.stdout.write(`${name.padEnd(44)}${Math.round(ms).toString().padStart(7)} ms\n`);
  line('fresh directory, to the first answer', fresh);
  line(`warm directory, median of ${STARTS}`, median(warm));
  line(`PGlite alone on the same directory, median of ${STARTS}`, median(floor));
  process.stdout.write(`ratio ${(median(warm) / median(floor)).toFixed(2)}\n`);
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
