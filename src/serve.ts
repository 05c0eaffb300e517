import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { newSecret } from './accounts/accounts.ts';
import { hasUsers, newSetupLink } from './accounts/store.ts';
import { buildApp } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { migrate } from './database/migrate.ts';
import { openDatabase } from './database/open.ts';
import { PEOPLE } from './demo/stories.ts';
import { openLibrary } from './letters/library.ts';
import { readCatalogue } from './providers/catalogue.ts';
import { startUpkeep } from './upkeep.ts';
import { loadViews } from './web/views.ts';

const SECRETS = ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'];

/** The demonstration has a database of its own, which goes with it. */
const throwAway = (config: Config): Config => ({
  ...config,
  databaseUrl: undefined,
  dataDir: mkdtempSync(join(tmpdir(), 'delist-desk-demo-')),
});

/** config → database → app → listen. Resolves once requests are answered; `stop` ends all of it in order. */
export async function serve(
  environment: NodeJS.ProcessEnv,
  options: { demo: boolean },
): Promise<{ url: string; stop: () => Promise<void> }> {
  const config = options.demo
    ? throwAway(readConfig(environment, options))
    : readConfig(environment, options);
  const logger = pino({ level: config.logLevel, redact: { paths: SECRETS, censor: '(not logged)' } });
  const catalogue = readCatalogue();
  const database = await openDatabase(config);
  try {
    await migrate(database.db as never);
    const desk = { config, db: database.db, catalogue, letters: openLibrary(), views: loadViews() };
    const password = config.demo ? newSecret().slice(0, 12) : '';
    if (config.demo) await (await import('./demo/fill.ts')).fillDemo(desk, password);
    const app = await buildApp(desk, { logger });
    // How long a request may take to arrive whole: a slow sender holds a connection no longer than this.
    app.server.requestTimeout = 120_000;
    await app.listen({ host: config.host, port: config.port });
    const address = app.server.address();
    const port = typeof address === 'object' && address ? address.port : config.port;
    const url =
      config.baseUrl ?? `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
    process.stdout.write(`Delist Desk answers at ${url}\n`);
    if (!(await hasUsers(database.db))) {
      process.stdout.write(
        `Nobody has an account yet. Set up the first one within 24 hours:\n${url}/set-up/${await newSetupLink(database.db)}\n`,
      );
    }
    if (config.demo)
      process.stdout.write(
        `Demonstration data only; it goes when this process stops. Sign in as ${PEOPLE[0].email} with ${password}\n`,
      );
    const endUpkeep = startUpkeep(desk, logger);
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= app
        .close()
        .then(endUpkeep)
        .then(() => database.close())
        .then(() => {
          if (config.demo) rmSync(config.dataDir, { recursive: true, force: true });
        });
      return stopping;
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void stop().then(() => process.exit(0)));
    return { url, stop };
  } catch (error) {
    await database.close();
    throw error;
  }
}
