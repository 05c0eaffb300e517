import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openSession } from '../../src/accounts/session.ts';
import { migrate } from '../../src/database/migrate.ts';
import { type Db, openDatabase } from '../../src/database/open.ts';
import {
  insertAddresses,
  insertBeside,
  insertEntries,
  insertIncidents,
  insertMessages,
  insertUsers,
} from '../many-rows.ts';
import { print, ratio } from './figures.ts';
import { startServer, withDatabase } from './server.ts';

/**
 * Requests per second of the pages that are opened all day, beside the floor of the stack: one query and a page
 * of the same size, without session, rights and layout. Ours and the floor take turns in one run.
 */

const SECONDS = 0.35;
/** Requests before the first figure: until then both sides compile. */
const WARM_UP = 30;
const OURS = { PORT: '3978', DELIST_DESK_BOOTSTRAP_TOKEN: '' };
const FLOOR = { PORT: '3979' };

type Load = {
  url: string;
  connections: number;
  duration?: number;
  amount?: number;
  sampleInt: number;
  headers: object;
};
type Result = { requests: { total: number }; duration: number; non2xx: number; errors: number };
const autocannon: (load: Load) => Promise<Result> = createRequire(import.meta.url)('autocannon');

async function perSecond(url: string, cookie: string, connections: number): Promise<number> {
  const load = { url, connections, sampleInt: 20, headers: { cookie } };
  const { requests, duration, non2xx, errors } = await autocannon({ ...load, duration: SECONDS });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refused, ${errors} failed`);
  return requests.total / duration;
}

const sizeOf = async (url: string, cookie: string) =>
  (await (await fetch(url, { headers: { cookie } })).arrayBuffer()).byteLength;

type Size = { incidents: number; entries: number };

/** Fills a database and gives the cookie of somebody who is signed in. */
async function fill(db: Db, { incidents, entries }: Size): Promise<string> {
  await migrate(db as never);
  await insertAddresses(db, 200);
  await insertIncidents(db, incidents);
  const numbers = Array.from({ length: incidents }, (_, index) => index + 1);
  await insertEntries(db, numbers, entries);
  await insertBeside(db, PAGE, 3);
  await insertMessages(db, PAGE, 10);
  await insertUsers(db, 1);
  await sql`analyze`.execute(db);
  const limits = { sessionIdleMs: 3_600_000, sessionMaxMs: 3_600_000 };
  return `dd_session=${await openSession(db, 1, { address: '127.0.0.1', userAgent: 'bench' }, limits)}`;
}

/** An incident in the middle, waiting for an answer. */
const PAGE = 151;

const PAGES = [
  { name: 'incident page', path: `/incidents/${PAGE}`, floor: `/page?list=entries&number=${PAGE}` },
  { name: 'incident list', path: '/incidents', floor: '/page?list=incidents' },
  { name: 'desk', path: '/', floor: '/page?list=incidents' },
  {
    name: 'timeline API',
    path: `/api/v1/incidents/${PAGE}/timeline`,
    floor: `/json?list=entries&number=${PAGE}`,
  },
];

type Figures = Map<string, number>;
const keyOf = (name: string, connections: number) => `${name}, c=${connections}`;

async function measure(url: (page: (typeof PAGES)[number]) => string, cookie: string): Promise<Figures> {
  const figures: Figures = new Map();
  for (const page of PAGES) {
    const load = { url: url(page), connections: 2, amount: WARM_UP, sampleInt: 20, headers: { cookie } };
    await autocannon(load);
    for (const connections of [1, 10])
      figures.set(keyOf(page.name, connections), await perSecond(url(page), cookie, connections));
  }
  return figures;
}

async function bench(where: string, environment: Record<string, string>, cookie: string): Promise<void> {
  const sizes = new Map<string, number>();
  const ours = await startServer(['src/main.js'], { ...environment, ...OURS });
  let our: Figures;
  try {
    for (const page of PAGES) sizes.set(page.name, await sizeOf(`${ours.url}${page.path}`, cookie));
    our = await measure((page) => `${ours.url}${page.path}`, cookie);
  } finally {
    await ours.stop();
  }
  const floor = await startServer(['test/bench/floor-pages.js'], { ...environment, ...FLOOR });
  try {
    const padded = new Map<string, string>();
    for (const page of PAGES) {
      const bare = `${floor.url}${page.floor}`;
      const pad = Math.max(0, (sizes.get(page.name) ?? 0) - (await sizeOf(bare, '')));
      padded.set(page.name, `${bare}&pad=${pad}`);
    }
    const least = await measure((page) => padded.get(page.name) ?? '', '');
    for (const [key, value] of our) {
      print(`${key}, ${where}`, value, 'requests/s');
      print('  one query and a page of the same size', least.get(key) ?? 0, 'requests/s');
      ratio(value, least.get(key) ?? 0, '≥ 0.6 in the end');
    }
    for (const [name, size] of sizes) print(`  size of ${name}`, size / 1024, 'KiB');
  } finally {
    await floor.stop();
  }
}

async function embedded(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'delist-desk-bench-'));
  try {
    const open = await openDatabase({ databaseUrl: undefined, dataDir });
    const cookie = await fill(open.db, { incidents: 300, entries: 6000 });
    await open.close();
    await bench('embedded', { DATA_DIR: dataDir, DATABASE_URL: '' }, cookie);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const onServer = (server: string) =>
  withDatabase(server, async (databaseUrl) => {
    const open = await openDatabase({ databaseUrl, dataDir: '' });
    const cookie = await fill(open.db, { incidents: 2000, entries: 60_000 });
    await open.close();
    await bench('PostgreSQL', { DATABASE_URL: databaseUrl }, cookie);
  });

export async function benchPages(): Promise<void> {
  await embedded();
  const server = process.env['TEST_DATABASE_URL'];
  if (server) await onServer(server);
  else process.stdout.write('pages on PostgreSQL: not measured, TEST_DATABASE_URL is not set\n');
}
