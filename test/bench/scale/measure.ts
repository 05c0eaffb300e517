import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from '../../../src/database/open.ts';
import { openDatabase } from '../../../src/database/open.ts';
import { buildScale } from './build.ts';
import { appOver, signedInCookie } from './explain.ts';
import { measureGrowth } from './growth.ts';
import { measureLogging } from './logging.ts';
import { measurePages } from './pages.ts';
import { type Walked, walkedPaths } from './paths.ts';
import { measureProcesses } from './processes.ts';
import { judgeGrowth, judgeLogging, judgePages } from './report.ts';
import type { Where } from './servers.ts';
import type { Size } from './size.ts';
import { line, ms, perSecond, title } from './table.ts';

export type Seconds = { page: number; growth: number; logging: number; processes: number };
export const SHORT: Seconds = { page: 0.4, growth: 0.45, logging: 3, processes: 3 };

/** What a side is asked for: the paths of all pages, and the cookie of somebody who is signed in. */
async function prepared(db: Db, only: string): Promise<{ walked: Walked[]; cookie: string }> {
  const app = await appOver(db);
  try {
    const walked = await walkedPaths(db, app.declaredRoutes);
    return {
      walked: walked.filter(({ route }) => new RegExp(only).test(route)),
      cookie: await signedInCookie(db),
    };
  } finally {
    await app.close();
  }
}

async function over<T>(databaseUrl: string, work: (db: Db) => Promise<T>): Promise<T> {
  const open = await openDatabase({ databaseUrl, dataDir: '' });
  try {
    return await work(open.db);
  } finally {
    await open.close();
  }
}

export async function measureOnServer(databaseUrl: string, only: string, seconds: Seconds): Promise<number> {
  const { walked, cookie } = await over(databaseUrl, (db) => prepared(db, only));
  title('Pages and API on PostgreSQL (requests a second, milliseconds)');
  const { figures, most } = await measurePages({ databaseUrl }, walked, {
    connections: [1, 10, 50],
    seconds: seconds.page,
    cookie,
  });
  judgePages(figures);
  return most;
}

export async function measureTenfold(
  urls: { tenth: string; all: string },
  only: string,
  seconds: Seconds,
): Promise<void> {
  title('Medians at one connection: on a tenth of the data, on all, and all beside a tenth (milliseconds)');
  const tenth = await over(urls.tenth, (db) => prepared(db, only));
  const all = await over(urls.all, (db) => prepared(db, only));
  judgeGrowth(
    await measureGrowth(
      { where: { databaseUrl: urls.tenth }, ...tenth },
      { where: { databaseUrl: urls.all }, ...all },
      seconds.growth,
    ),
  );
}

export async function measureLogged(databaseUrl: string, seconds: Seconds): Promise<number> {
  const { figures, most } = await over(databaseUrl, (db) =>
    measureLogging(db, { databaseUrl }, [1, 10, 50], seconds.logging),
  );
  judgeLogging(figures);
  return most;
}

export async function measureMoreProcesses(databaseUrl: string, seconds: Seconds): Promise<number> {
  title(
    'One, two and four processes on one PostgreSQL, 48 connections (requests a second, p95 in ms, MB of the largest)',
  );
  const { walked, cookie } = await over(databaseUrl, (db) => prepared(db, ''));
  let largest = 0;
  for (const route of ['/incidents/:number', '/incidents', '/api/v1/incidents/:number/timeline'])
    for (const processes of [1, 2, 4]) {
      const paths = walked.find((one) => one.route === route)?.paths ?? [];
      const load = { paths, cookie, connections: 48, seconds: seconds.processes };
      const { rate, p95, most } = await measureProcesses({ databaseUrl }, processes, load);
      largest = Math.max(largest, most);
      line(
        route.padEnd(48),
        String(processes).padStart(3),
        perSecond(rate),
        ms(p95),
        most.toFixed(0).padStart(6),
      );
    }
  return largest;
}

/** The same pages on the embedded database, beside its own floor. */
export async function measureEmbedded(size: Size, only: string, seconds: Seconds): Promise<void> {
  title(`Pages on the embedded database, at ${size.size}`);
  const root = mkdtempSync(join(tmpdir(), 'delist-desk-scale-'));
  const dataDir = join(root, 'data');
  try {
    const open = await openDatabase({ databaseUrl: undefined, dataDir });
    let side: Awaited<ReturnType<typeof prepared>>;
    try {
      await buildScale(open.db, size, {
        until: new Date(),
        bar: { at: () => {}, finished: () => {}, end: () => {} },
      });
      side = await prepared(open.db, only);
    } finally {
      await open.close();
    }
    // A database belongs to one process at a time.
    for (const copy of ['floor', 'least']) cpSync(dataDir, `${dataDir}-${copy}`, { recursive: true });
    const where: Where = { dataDir };
    const { figures } = await measurePages(where, side.walked, {
      connections: [1, 10],
      seconds: seconds.page,
      cookie: side.cookie,
    });
    judgePages(figures);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
