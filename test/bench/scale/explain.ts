import type { FastifyInstance } from 'fastify';
import { openSession } from '../../../src/accounts/session.ts';
import { buildApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import type { Db } from '../../../src/database/open.ts';
import { lazyWorld } from '../../../src/evidence/lazy-world.ts';
import { openLibrary } from '../../../src/letters/library.ts';
import { openPlaybooks } from '../../../src/playbooks/live.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';
import { openSecrets } from '../../../src/secrets/secrets.ts';
import { loadViews } from '../../../src/web/views.ts';
import { walkedPaths } from './paths.ts';
import { explain, isRead, seen } from './plans.ts';

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

const line = (text: string) => process.stdout.write(`${text}\n`);
/** What is said of a statement: the ones that take long or read much. */
const SLOW = { time: 2, blocks: 1000 };

/** Each page once: how many statements, how long the database took over them, and which took most. */
export async function explainPages(db: Db, only: string): Promise<void> {
  const watched = seen(db);
  const app = await appOver(watched.db);
  const cookie = await signedInCookie(db);
  try {
    for (const { route, paths } of await walkedPaths(db, app.declaredRoutes, { limit: 3 })) {
      if (!route.includes(only)) continue;
      for (const path of paths.slice(-1)) {
        await app.inject({ method: 'GET', url: path, headers: { cookie } });
        watched.statements.length = 0;
        const started = performance.now();
        const answer = await app.inject({ method: 'GET', url: path, headers: { cookie } });
        const took = performance.now() - started;
        const reads = watched.statements.filter(isRead);
        const found = [];
        for (const statement of reads) found.push({ statement, ...(await explain(db, statement)) });
        const time = found.reduce((sum, one) => sum + one.time, 0);
        const writes = watched.statements.length - reads.length;
        line(
          `${String(answer.statusCode).padEnd(4)}${took.toFixed(1).padStart(8)} ms ${String(reads.length).padStart(3)}+${writes} statements ${time.toFixed(1).padStart(8)} ms in the database ${String(Math.round(answer.rawPayload.length / 1024)).padStart(5)} KiB  ${path}`,
        );
        for (const { statement, ...one } of found.filter(
          (one) => one.time > SLOW.time || one.blocks > SLOW.blocks,
        )) {
          line(
            `      ${one.time.toFixed(1)} ms, ${one.blocks} pages: ${statement.sql.replace(/\s+/g, ' ').slice(0, 700)}`,
          );
          line(`        ${one.looks.map(({ how, table, rows }) => `${how} ${table} ${rows}`).join('; ')}`);
        }
      }
      if (paths.length === 0) line(`----  no row for ${route}`);
    }
  } finally {
    await app.close();
  }
}
