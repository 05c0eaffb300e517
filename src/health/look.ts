import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import { schemaState } from '../database/migrate.ts';
import type { Db } from '../database/open.ts';
import { sinceTurns } from '../metrics/turns.ts';
import { VERSION } from '../version.ts';
import { toProblem } from '../web/problems.ts';
import { lastBackupAt } from './backup-age.ts';
import { diskOf } from './disk.ts';
import {
  backupRow,
  databaseRows,
  diskRow,
  feedRows,
  mailInRows,
  mailOutRows,
  migrationRow,
  queueRows,
  type ResolverFacts,
  type Row,
  resolverRow,
  webhookRows,
  workerRows,
  worst,
} from './judge.ts';
import { readQueues } from './queues.ts';
import {
  countPausedWebhooks,
  countUncertain,
  readAccounts,
  readDatabase,
  readFeeds,
  readMailboxes,
} from './store.ts';

type Looking = { db: Db; config: Config };
export type Section = { title: string; rows: Row[] };
type Health = {
  status: ReturnType<typeof worst>;
  sections: Section[];
  versions: { product: string; node: string; process: string };
  at: Date;
};

/** What the database tells; where it is away, only that. */
async function askDatabase({ db, config }: Looking, now: Date): Promise<Section[]> {
  const isEmbedded = config.databaseUrl === undefined;
  const listeners = [...config.lmtpListen, ...config.smtpListen];
  try {
    const facts = await readDatabase(db);
    const [queues, mailboxes, accounts, uncertain, paused, feeds, schema, backup] = await Promise.all([
      readQueues(db),
      readMailboxes(db),
      readAccounts(db),
      countUncertain(db),
      countPausedWebhooks(db),
      readFeeds(db),
      schemaState(db as never),
      lastBackupAt(db),
    ]);
    return [
      {
        title: 'Mail',
        rows: [...mailInRows(mailboxes, listeners, now), ...mailOutRows(accounts, uncertain, now)],
      },
      { title: 'Queues', rows: [...queueRows(queues), ...webhookRows(paused)] },
      { title: 'Sources', rows: feedRows(feeds, now) },
      {
        title: 'Database',
        rows: [...databaseRows(facts, isEmbedded), migrationRow(schema), backupRow(backup, now)],
      },
    ];
  } catch (error) {
    const { message } = toProblem(error);
    const todo =
      'Nothing is stored meanwhile. Look whether PostgreSQL runs and can be reached; no restart is needed.';
    return [
      {
        title: 'Database',
        rows: [{ key: 'database', title: 'Database', mark: 'bad', words: message, todo }],
      },
    ];
  }
}

/** How everything stands that this process can see. */
export async function lookAtHealth(
  desk: Looking,
  askResolver: () => Promise<ResolverFacts>,
  now: Date,
): Promise<Health> {
  const [sections, resolver, disk] = await Promise.all([
    askDatabase(desk, now),
    askResolver(),
    diskOf(desk.config.dataDir),
  ]);
  sections.push(
    {
      title: 'This machine',
      rows: [diskRow(disk, desk.config.databaseUrl === undefined), resolverRow(resolver)],
    },
    { title: 'Workers of this process', rows: workerRows(sinceTurns(now.getTime())) },
  );
  return {
    status: worst(sections.flatMap(({ rows }) => rows)),
    sections,
    versions: { product: VERSION, node: process.version, process: `${process.pid} on ${hostname()}` },
    at: now,
  };
}
