import { join } from 'node:path';
import type { Test } from 'tap';
import { emptyDatabase } from './database.ts';
import { BOOTSTRAP } from './desk.ts';
import { freePort } from './free-port.ts';

/** What a server is started with as a process of its own, over an empty database. */
export async function ownServer(t: Test) {
  const dataDir = join(t.testdir(), 'data');
  const { url } = await emptyDatabase(t);
  const environment: Record<string, string> = {
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    DELIST_DESK_BOOTSTRAP_TOKEN: BOOTSTRAP,
    // Nobody answers there: no look-up says anything of a letter's claims.
    DNS_SERVERS: '127.0.0.1:9',
    ...(url ? { DATABASE_URL: url } : {}),
  };
  return { dataDir, databaseUrl: url, environment };
}
