import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { newSecret } from './accounts/accounts.ts';
import { accountQueue, endAccountMailLeases } from './accounts/mails.ts';
import { startResets } from './accounts/reset/worker.ts';
import { newSetupLink } from './accounts/set-up-store.ts';
import { hasUsers } from './accounts/store.ts';
import { buildApp } from './app.ts';
import { answerCommands } from './backup/answering.ts';
import type { Config } from './config.ts';
import { migrate } from './database/migrate.ts';
import type { Db, OpenDatabase } from './database/open.ts';
import { lazyWorld } from './evidence/checks/lazy-world.ts';
import { endLeases } from './evidence/checks/store.ts';
import { startChecks } from './evidence/checks/worker.ts';
import { openLibrary } from './letters/library.ts';
import { endMailboxLeases } from './mail-in/mailboxes/mailbox-turns.ts';
import { endArrivalLeases } from './mail-in/reading/arrival-queue.ts';
import { startReading } from './mail-in/reading/reading.ts';
import { checkMailIn, startMailIn } from './mail-in/start.ts';
import { endDispatchLeases } from './mail-out/dispatches.ts';
import { LETTER_QUEUE } from './mail-out/letter-queue.ts';
import { startDispatches } from './mail-out/worker.ts';
import { watchEventLoop } from './metrics/process.ts';
import { startFanOut } from './notifications/fan-out.ts';
import { NOTICE_QUEUE } from './notifications/mail-queue.ts';
import { startMailing } from './notifications/mailing.ts';
import { SUBSCRIBERS } from './notifications/subscribers.ts';
import { openPlaybooks } from './playbooks/live.ts';
import { readCatalogue } from './providers/catalogue.ts';
import { REPORT_QUEUE } from './report-mails/queue.ts';
import { startReportMails } from './report-mails/worker.ts';
import { openSecrets } from './secrets/secrets.ts';
import { sealClearFeeds } from './snds/feeds.ts';
import { endImportLeases } from './transfer/import/queue.ts';
import { startImports } from './transfer/import/worker.ts';
import { startUpkeep } from './upkeep.ts';
import { linkBase } from './web/links.ts';
import { openLogger } from './web/logger.ts';
import { loadViews } from './web/views.ts';
import { endWebhookLeases } from './webhooks/deliveries.ts';
import { webhooksTold } from './webhooks/subscriber.ts';
import { startWebhooks } from './webhooks/worker.ts';
import { openWebhookWorld } from './webhooks/world.ts';

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

type End = () => Promise<void>;

/** The embedded database has one process: a lease that is found at its start is nobody's. */
async function endAllLeases(db: Db): Promise<void> {
  await endMailboxLeases(db);
  await endLeases(db);
  await endDispatchLeases(db);
  for (const queue of [NOTICE_QUEUE, REPORT_QUEUE]) await queue.endLeases(db);
  await endAccountMailLeases(db);
  await endArrivalLeases(db);
  await endWebhookLeases(db);
  await endImportLeases(db);
}

/** Brings the schema up to date, answers requests, and tells the terminal where. `stop` ends it in order. */
export async function listen(
  config: Config,
  database: OpenDatabase,
  socket: number | undefined,
): Promise<{ url: string; stop: () => Promise<void> }> {
  checkMailIn(config);
  const playbooks = openPlaybooks(database.db, readCatalogue());
  const { catalogue } = playbooks;
  const given = { config, db: database.db, catalogue, playbooks };
  const desk = {
    ...given,
    letters: openLibrary(),
    views: loadViews(),
    world: lazyWorld(given),
    secrets: openSecrets(config),
    ...(database.copyTo ? { copyTo: database.copyTo } : {}),
  };
  const logger = openLogger(config.logLevel);
  const app = await buildApp(desk, { logger });
  await app.ready();
  // The first that needs the database, which has been opening meanwhile.
  await migrate(database.db as never);
  await sealClearFeeds(database.db, desk.secrets);
  const password = config.demo ? newSecret().slice(0, 12) : '';
  if (config.demo)
    say('Making up a year of incidents for the demonstration. This takes some twenty seconds.');
  const signInAs = config.demo ? await (await import('./demo/fill.ts')).fillDemo(desk, password) : '';
  // How long a request may take to arrive whole: a slow sender holds a connection no longer than this.
  app.server.requestTimeout = 120_000;
  // A socket that was handed over stays open when this process ends: what connects meanwhile waits for the next one.
  const at = { host: config.host, port: config.port };
  await app.listen(socket === undefined ? at : ({ ...at, fd: socket } as typeof at));
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  const url = linkBase({ ...config, port });
  say(`Delist Desk answers at ${url}`);
  if (!(await hasUsers(database.db)))
    say(
      'Nobody has an account yet. Set up the first one within 24 hours:',
      `${url}/set-up/${await newSetupLink(database.db)}`,
    );
  if (signInAs)
    say(`Demonstration data only; it goes when this process stops. Sign in as ${signInAs} with ${password}`);
  const isEmbedded = database.kind === 'embedded';
  if (isEmbedded) await endAllLeases(database.db);
  const webhooks = { ...openWebhookWorld(config), base: url };
  const subscribers = [...SUBSCRIBERS, webhooksTold({ catalogue, base: url })];
  const queues = [LETTER_QUEUE, accountQueue(desk.secrets), NOTICE_QUEUE, REPORT_QUEUE];
  const ends: End[] = [
    ...(isEmbedded ? [await answerCommands({ ...database, dataDir: config.dataDir }, logger)] : []),
    await startMailIn(desk, logger),
    startUpkeep(desk, logger),
    startChecks(desk, logger),
    startReading(desk, logger),
    startFanOut(desk, subscribers, logger),
    startImports(desk, logger),
    // What the demonstration writes goes to nobody.
    ...(config.demo
      ? []
      : [
          startDispatches(desk, logger, queues),
          startReportMails({ ...desk, base: url }, logger),
          startWebhooks({ ...desk, world: webhooks }, logger),
          startMailing(desk, logger),
          startResets(desk, logger),
        ]),
  ];
  watchEventLoop();
  const hurry = new AbortController();
  async function endAll(): Promise<void> {
    await setTimeout(config.stopDelayMs, undefined, { signal: hurry.signal }).catch(() => {});
    await app.close();
    for (const end of ends) await end();
    await database.close();
    if (config.demo) rmSync(config.dataDir, { recursive: true, force: true });
  }
  let stopping: Promise<void> | undefined;
  const stop = () => {
    app.ending.hasBegun = true;
    stopping ??= endAll();
    return stopping;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      void stop().then(() => process.exit(0));
      // Told twice, it waits no longer for requests that may still be sent here.
      if (config.stopDelayMs > 0) process.once(signal, () => hurry.abort());
    });
  return { url, stop };
}
