import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { openSession } from '../../../src/accounts/session.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { type Db, openDatabase } from '../../../src/database/open.ts';
import {
  insertAddresses,
  insertBeside,
  insertEntries,
  insertIncidents,
  insertMessages,
  insertUsers,
} from '../../many-rows.ts';
import { startServer, withDatabase } from '../server.ts';
import { WORST, type Worst } from './inputs.ts';

/**
 * What others notice while the worst input is worked on that a place takes: a page that is opened all day is asked for
 * all the time, and what it takes is measured, with the memory that the server comes to. `npm run bench -- worst`, or
 * `npm run bench -- worst mail` for those whose name has a word.
 */

const TOKEN = 'a-token-for-the-bench-of-worst-inputs';
const PORT = '3977';
/** A page that others wait longer for is told (milliseconds). */
const TOLD_FROM = 200;
/** What is read after its answer, such as mail, is watched for so long (milliseconds). */
const AFTERWARDS = 1500;

async function fill(db: Db): Promise<string> {
  await migrate(db as never);
  await insertAddresses(db, 200);
  await insertIncidents(db, 200);
  await insertEntries(
    db,
    Array.from({ length: 200 }, (_, index) => index + 1),
    4000,
  );
  await insertBeside(db, 1, 3);
  await insertMessages(db, 1, 10);
  await insertUsers(db, 1);
  const limits = { sessionIdleMs: 36_000_000, sessionMaxMs: 36_000_000 };
  return `dd_session=${await openSession(db, 1, { address: '127.0.0.1', userAgent: 'bench' }, limits)}`;
}

type Sent = { status: number; ms: number };

const send = ({ path, type, name }: Worst, body: Buffer) =>
  new Promise<Sent>((resolve) => {
    const started = performance.now();
    const method = name.includes('template') ? 'PUT' : 'POST';
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': type, 'content-length': body.length };
    const asked = request(
      { host: '127.0.0.1', port: PORT, path: `/api/v1${path}`, method, headers, agent: false },
      (answer) => {
        answer
          .resume()
          .on('end', () => resolve({ status: answer.statusCode ?? 0, ms: performance.now() - started }));
      },
    );
    asked.on('error', () => resolve({ status: 0, ms: performance.now() - started }));
    asked.end(body);
  });

/** Opens the page over and over until told to end; gives what each time took (milliseconds). */
function watching(url: string, cookie: string): () => Promise<number[]> {
  const times: number[] = [];
  let isOver = false;
  const watched = (async () => {
    while (!isOver) {
      const started = performance.now();
      await (await fetch(`${url}/incidents/1`, { headers: { cookie } })).arrayBuffer();
      times.push(performance.now() - started);
      await wait(5);
    }
  })();
  return async () => {
    isOver = true;
    await watched;
    return times;
  };
}

const part = (times: number[], share: number) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;

const residentMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

const COLUMNS = ['p95', 'longest', 'answer', 'status', 'MB'];
const line = (name: string, values: (string | number)[]) =>
  process.stdout.write(
    `${name.padEnd(48)}${values.map((one) => (typeof one === 'number' ? one.toFixed(0) : one).padStart(9)).join('')}\n`,
  );

async function measure(server: { url: string; pid: number }, cookie: string, words: string[]): Promise<void> {
  const quiet = watching(server.url, cookie);
  await wait(3000);
  await quiet();
  const calm = watching(server.url, cookie);
  await wait(2000);
  const before = await calm();
  line('', COLUMNS);
  line('nothing else', [part(before, 0.95), Math.max(...before), '', '', residentMb(server.pid)]);
  const slow: string[] = [];
  for (const worst of WORST.filter(({ name }) => words.every((word) => name.includes(word)))) {
    const body = worst.body();
    const end = watching(server.url, cookie);
    const { status, ms } = await send(worst, body);
    await wait(AFTERWARDS);
    const times = await end();
    const longest = Math.max(...times);
    line(worst.name, [part(times, 0.95), longest, ms, String(status), residentMb(server.pid)]);
    if (longest > TOLD_FROM) slow.push(`${worst.name} (${longest.toFixed(0)} ms)`);
  }
  process.stdout.write(`over ${TOLD_FROM} ms: ${slow.length === 0 ? 'none' : slow.join(', ')}\n`);
}

export async function benchWorst(words: string[] = []): Promise<void> {
  const server = process.env['TEST_DATABASE_URL'];
  if (!server) {
    process.stdout.write('worst inputs: not measured, TEST_DATABASE_URL is not set\n');
    return;
  }
  await withDatabase(server, async (databaseUrl) => {
    const open = await openDatabase({ databaseUrl, dataDir: '' });
    const cookie = await fill(open.db);
    await open.close();
    const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');
    const started = await startServer(['src/main.js'], {
      PORT,
      DATABASE_URL: databaseUrl,
      DELIST_DESK_BOOTSTRAP_TOKEN: TOKEN,
      SECRET_KEY,
    });
    try {
      await measure(started, cookie, words);
    } finally {
      await started.stop();
    }
  });
}
