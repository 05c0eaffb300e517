import type { Config } from '../config.ts';
import type { Db } from '../database/open.ts';
import { lastBackupAt } from '../health/backup-age.ts';
import { diskOf } from '../health/disk.ts';
import { readIncidentStates, readQueues } from '../health/queues.ts';
import { readDatabase, readFeeds, readMailboxes } from '../health/store.ts';
import { VERSION } from '../version.ts';
import { measured } from './measure.ts';
import { processSamples } from './process.ts';
import type { Sample } from './samples.ts';
import { sinceTurns } from './turns.ts';

const byState = (
  metric: 'delist_desk_mailboxes' | 'delist_desk_feeds',
  failing: readonly boolean[],
): Sample[] =>
  [false, true].map((one) => ({
    metric,
    labels: { state: one ? 'failing' : 'good' },
    value: failing.filter((is) => is === one).length,
  }));

/** What the database tells; where it is away, only that: what is not known is no 0. */
async function databaseSamples({ db }: { db: Db }, now: Date): Promise<Sample[]> {
  try {
    const [facts, queues, states, mailboxes, feeds, backup] = await Promise.all([
      readDatabase(db),
      readQueues(db),
      readIncidentStates(db),
      readMailboxes(db),
      readFeeds(db),
      lastBackupAt(db),
    ]);
    return [
      { metric: 'delist_desk_database_up', value: 1 },
      { metric: 'delist_desk_database_bytes', value: facts.bytes },
      { metric: 'delist_desk_database_clock_seconds', value: facts.clockMs / 1000 },
      ...states.map(
        ({ state, incidents }): Sample => ({
          metric: 'delist_desk_incidents',
          labels: { state },
          value: incidents,
        }),
      ),
      ...queues.flatMap(({ queue, length, oldestMs }): Sample[] => [
        { metric: 'delist_desk_queue_length', labels: { queue }, value: length },
        { metric: 'delist_desk_queue_oldest_seconds', labels: { queue }, value: oldestMs / 1000 },
      ]),
      ...byState(
        'delist_desk_mailboxes',
        mailboxes.map(({ problem }) => problem !== ''),
      ),
      ...byState(
        'delist_desk_feeds',
        feeds.map(({ failures }) => failures > 0),
      ),
      ...(backup
        ? [
            {
              metric: 'delist_desk_backup_age_seconds' as const,
              value: (now.getTime() - backup.getTime()) / 1000,
            },
          ]
        : []),
    ];
  } catch {
    return [{ metric: 'delist_desk_database_up', value: 0 }];
  }
}

/** All figures of this process and of its database. */
export async function readSamples(desk: { db: Db; config: Config }, inFlight: number): Promise<Sample[]> {
  const now = new Date();
  const [database, disk] = await Promise.all([databaseSamples(desk, now), diskOf(desk.config.dataDir)]);
  return [
    {
      metric: 'delist_desk_build_info',
      labels: {
        version: VERSION,
        node: process.version,
        database: desk.config.databaseUrl === undefined ? 'embedded' : 'server',
      },
      value: 1,
    },
    { metric: 'delist_desk_requests_in_flight', value: inFlight },
    ...measured(),
    ...sinceTurns(now.getTime()).map(
      ([worker, ms]): Sample => ({
        metric: 'delist_desk_worker_last_turn_seconds',
        labels: { worker },
        value: ms / 1000,
      }),
    ),
    ...database,
    ...(disk ? [{ metric: 'delist_desk_disk_free_bytes' as const, value: disk.free }] : []),
    ...processSamples(now.getTime()),
  ];
}
