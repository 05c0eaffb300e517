import type { FastifyInstance } from 'fastify';
import type { CompiledQuery } from 'kysely';
import { openSession } from '../../../src/accounts/session.ts';
import { buildApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import type { Db } from '../../../src/database/open.ts';
import { lazyWorld } from '../../../src/evidence/checks/lazy-world.ts';
import { openLibrary } from '../../../src/letters/library.ts';
import { openPlaybooks } from '../../../src/playbooks/live.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';
import { openSecrets } from '../../../src/secrets/secrets.ts';
import { loadViews } from '../../../src/web/views.ts';
import { walkedPaths } from './paths.ts';
import { type Explained, explain, isRead, seen } from './plans.ts';

/** The application in this process, over a database that is watched. */
export async function appOver(db: Db): Promise<FastifyInstance> {
  const config = readConfig({ SECRET_KEY: Buffer.alloc(32, 7).toString('base64') });
  const playbooks = openPlaybooks(db, readCatalogue());
  const given = { config, db, catalogue: playbooks.catalogue, playbooks };
  return buildApp({
    ...given,
    letters: openLibrary(),
    views: loadViews(),
    world: lazyWorld(given),
    secrets: openSecrets(config),
  });
}

/** The cookie of an administrator who is signed in. */
export async function signedInCookie(db: Db): Promise<string> {
  const limits = { sessionIdleMs: 86_400_000, sessionMaxMs: 86_400_000 };
  return `dd_session=${await openSession(db, 1, { address: '127.0.0.1', userAgent: 'bench' }, limits)}`;
}

/** A statement of a page, and how the database carried it out. */
export type Asked = Explained & { sql: string; statement: CompiledQuery };
export type Visit = {
  route: string;
  path: string;
  status: number;
  kib: number;
  /** Milliseconds of the whole answer. */
  took: number;
  reads: Asked[];
  writes: number;
};

/** Opens pages one after the other, each by one path, and has all that they ask for explained. */
export async function* visits(db: Db, only: string, { twice }: { twice: boolean }): AsyncGenerator<Visit> {
  const watched = seen(db);
  const app = await appOver(watched.db);
  const cookie = await signedInCookie(db);
  try {
    for (const { route, paths } of await walkedPaths(db, app.declaredRoutes, { limit: 3 })) {
      const path = paths.at(-1);
      if (!new RegExp(only).test(route) || path === undefined) continue;
      const open = () => app.inject({ method: 'GET', url: path, headers: { cookie } });
      // The first time some things are read that later ones remember.
      if (twice) await open();
      watched.statements.length = 0;
      const started = performance.now();
      const answer = await open();
      const took = performance.now() - started;
      const statements = [...watched.statements];
      const reads = [];
      for (const statement of statements.filter(isRead))
        reads.push({ statement, sql: statement.sql.replace(/\s+/g, ' '), ...(await explain(db, statement)) });
      yield {
        route,
        path,
        status: answer.statusCode,
        kib: answer.rawPayload.length / 1024,
        took,
        reads,
        writes: statements.length - reads.length,
      };
    }
  } finally {
    await app.close();
  }
}

const line = (text: string) => process.stdout.write(`${text}\n`);
/** What is said of a statement: the ones that take long (milliseconds) or read much (pages of 8 KiB). */
const isSlow = ({ time, blocks }: Explained) => time > 2 || blocks > 1000;

/** Each page once: how many statements, how long the database took over them, and which took most. */
export async function explainPages(db: Db, only: string): Promise<void> {
  for await (const { path, status, kib, took, reads, writes } of visits(db, only, { twice: true })) {
    const time = reads.reduce((sum, one) => sum + one.time, 0);
    line(
      `${status} ${took.toFixed(1).padStart(8)} ms ${String(reads.length).padStart(3)}+${writes} statements ${time.toFixed(1).padStart(8)} ms in the database ${kib.toFixed(0).padStart(5)} KiB  ${path}`,
    );
    for (const one of reads.filter(isSlow)) {
      line(`      ${one.time.toFixed(1)} ms, ${one.blocks} pages: ${one.sql.slice(0, 700)}`);
      line(`        ${one.looks.map(({ how, table, rows }) => `${how} ${table} ${rows}`).join('; ')}`);
    }
  }
}
