import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Config } from './config.ts';
import { type Engine, startEngine } from './database/embedded-client.ts';

type Options = { demo: boolean };
type Served = { url: string; stop: () => Promise<void> };

/** The demonstration has a database of its own, which goes with it. */
const throwAway = (config: Config): Config => ({
  ...config,
  databaseUrl: undefined,
  dataDir: mkdtempSync(join(tmpdir(), 'delist-desk-demo-')),
});

async function start(environment: NodeJS.ProcessEnv, options: Options, engine?: Engine): Promise<Served> {
  const { readConfig } = await import('./config.ts');
  const read = readConfig(environment, options);
  const config = options.demo ? throwAway(read) : read;
  const { openDatabase } = await import('./database/open.ts');
  const database = await openDatabase(config, engine);
  try {
    const { listen } = await import('./listen.ts');
    const { givenSocket } = await import('./given-socket.ts');
    return await listen(config, database, givenSocket(environment, process.pid));
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * config → database → app → listen. Resolves once requests are answered; `stop` ends all of it in order. The
 * embedded database loads on its own thread from the first moment, while this one reads the settings and loads
 * the application.
 */
export async function serve(environment: NodeJS.ProcessEnv, options: Options): Promise<Served> {
  // Under load a process keeps twice and thrice what it needs until V8 looks through all of it: it looks once a third
  // has been added. V8 passes over a flag that it does not know.
  setFlagsFromString('--heap-growing-percent=30');
  const engine = environment['DATABASE_URL'] && !options.demo ? undefined : startEngine();
  try {
    return await start(environment, options, engine);
  } catch (error) {
    await engine?.terminate();
    throw error;
  }
}
