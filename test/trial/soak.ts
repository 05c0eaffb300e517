import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/open.ts';
import { startServer, withDatabase } from '../bench/server.ts';
import { PROFILE } from '../desk.ts';
import { apiOf } from './desk.ts';
import { furnish, SECRET_KEY, TOKEN } from './faults/furnish.ts';
import { Load, receiverOf } from './faults/load.ts';

/** What a server holds at a moment: megabytes, open files and sockets, connections to the database. */
type Sample = { megabytes: number; handles: number; connections: number };

const SAMPLE_MS = 15_000;
/** Reading pages and lists is most of what a desk does. */
const PATHS = [
  '/incidents',
  '/incidents/1',
  '/incidents/1/timeline',
  '/search?q=gmail',
  '/reports/blocked-time',
  '/health',
];
/** How much more than at the start is still flat. */
const FLAT = 1.15;

const middle = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

function held(pid: number): Omit<Sample, 'connections'> {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { megabytes: Number(kilobytes) / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
}

/** Whether what is held at the end is what was held once the server was warm. */
function judge(samples: Sample[], tell: (words: string) => void): boolean {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  let isFlat = true;
  for (const what of ['megabytes', 'handles', 'connections'] as const) {
    const [before, after] = [early, late].map((some) => middle(some.map((one) => one[what])));
    const most = Math.max(...samples.map((one) => one[what]));
    const ratio = (after ?? 0) / (before || 1);
    isFlat &&= ratio <= FLAT;
    tell(
      `${what}: ${before?.toFixed(0)} in the second quarter, ${after?.toFixed(0)} in the last (${ratio.toFixed(2)} times), ${most.toFixed(0)} at most`,
    );
  }
  return isFlat;
}

async function soak(databaseUrl: string, minutes: number, pauseMs: number, tell: (words: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-soak-'));
  const ends: (() => Promise<void>)[] = [];
  try {
    const receiver = await receiverOf(ends);
    await furnish(databaseUrl, receiver.port);
    const port = Number(process.env['PORT'] || 3940);
    const server = await startServer(['--max-semi-space-size=8', 'src/main.js'], {
      DATABASE_URL: databaseUrl,
      DATA_DIR: join(folder, 'desk'),
      PORT: String(port),
      LMTP_LISTEN: `127.0.0.1:${port + 1}`,
      DELIST_DESK_BOOTSTRAP_TOKEN: TOKEN,
      SECRET_KEY,
      DNS_SERVERS: '127.0.0.1:9',
    });
    ends.push(() => server.stop());
    const api = apiOf(server.url, TOKEN);
    await api('PUT', '/profile', PROFILE);
    const load = new Load({ urls: [server.url], lmtp: [port + 1], token: TOKEN }, pauseMs);
    load.start();
    const { db, close } = await openDatabase({ databaseUrl, dataDir: '' });
    ends.push(close);
    const samples: Sample[] = [];
    let reads = 0;
    for (const end = Date.now() + minutes * 60_000; Date.now() < end; ) {
      for (const until = Date.now() + SAMPLE_MS; Date.now() < until; await wait(pauseMs)) {
        const path = PATHS[reads % PATHS.length] as string;
        await fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${TOKEN}` } }).then(
          (one) => one.arrayBuffer(),
        );
        reads += 1;
      }
      const { rows } = await sql<{ n: number }>`
        select count(*)::integer as n from pg_stat_activity where datname = current_database()`.execute(db);
      samples.push({ ...held(server.pid), connections: rows[0]?.n ?? 0 });
      const { megabytes, handles, connections } = samples.at(-1) as Sample;
      if (samples.length % 20 === 0)
        tell(
          `${megabytes.toFixed(0)} MB, ${handles} handles, ${connections} connections; ${load.acknowledged.incidents.size} blocks, ${reads} reads`,
        );
    }
    await load.stop();
    for (const one of load.refusals.slice(0, 10)) tell(`refused: ${one}`);
    tell(`${load.failures} requests without an answer`);
    return judge(samples, tell) && load.failures === 0;
  } finally {
    for (const end of ends.reverse()) await end().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `npm run trial -- soak [--minutes N] [--pause MS]`, in a database of its own on DATABASE_URL's server. */
export async function soakTrial(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { minutes: text, pause: text } });
  const start = performance.now();
  const tell = (words: string) =>
    void process.stdout.write(`${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s  ${words}\n`);
  const server = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  let isFlat = false;
  await withDatabase(server, async (url) => {
    isFlat = await soak(url, Number(values.minutes ?? 60), Number(values.pause ?? 200), tell);
  });
  tell(isFlat ? 'proven: memory, handles and connections are flat' : 'NOT PROVEN');
  return isFlat ? 0 : 1;
}
