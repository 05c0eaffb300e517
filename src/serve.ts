import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from './config.ts';
import { openDatabase } from './database/open.ts';

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
  const read = readConfig(environment, options);
  const config = options.demo ? throwAway(read) : read;
  // The database opens on its own thread, or its own machine, while this one loads the application.
  const database = await openDatabase(config);
  try {
    const { listen } = await import('./listen.ts');
    return await listen(config, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}
