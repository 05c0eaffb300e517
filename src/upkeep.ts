import type { FastifyBaseLogger } from 'fastify';
import { forgetOldClients } from './accounts/alerts/known-clients.ts';
import { forgetOldAccountMails } from './accounts/mails.ts';
import { forgetChallenges } from './accounts/passkeys/challenges.ts';
import { forgetOldResets } from './accounts/reset/store.ts';
import { forgetPending } from './accounts/second-factor/pending.ts';
import { forgetOldSessions } from './accounts/session.ts';
import type { Desk } from './app.ts';
import type { Db } from './database/open.ts';
import { eachAlone } from './each-alone.ts';
import { keepRetention } from './erasure/retention.ts';
import { askDueChecks } from './evidence/checks/schedule.ts';
import { forgetOldChecks } from './evidence/checks/store.ts';
import { raiseDueFollowUps } from './incidents/follow-up.ts';
import { forgetOldFloods } from './mail-in/flood-store.ts';
import { tookTurn } from './metrics/turns.ts';
import { remindOfSteps } from './next-step/remind.ts';
import { NOTICE_QUEUE } from './notifications/mail-queue.ts';
import { forgetOldNotices } from './notifications/notices.ts';
import { forgetToldEvents } from './notifications/outbox.ts';
import { tellDue } from './notifications/tell-due.ts';
import { forgetOldObservations } from './observations/store.ts';
import { countBacklog } from './outcomes/store.ts';
import { openGet } from './outside/get.ts';
import { REPORT_QUEUE } from './report-mails/queue.ts';
import { KNOWN_HOSTS } from './snds/feed.ts';
import { fetchDueFeeds } from './snds/fetch.ts';
import { forgetOldKeys } from './web/once.ts';
import { forgetOldDeliveries } from './webhooks/log.ts';

const EVERY_MS = 60_000;
/** Clearing away what has expired need not happen every minute. */
const CLEAR_EVERY = 60;

/** What clears away what it kept for some time only. */
const FORGETTING: ((db: Db) => Promise<unknown>)[] = [
  forgetOldKeys,
  forgetPending,
  forgetChallenges,
  forgetOldClients,
  forgetOldResets,
  forgetOldAccountMails,
  forgetOldObservations,
  forgetOldChecks,
  forgetOldFloods,
  forgetOldDeliveries,
  forgetToldEvents,
  forgetOldNotices,
  NOTICE_QUEUE.forgetOld,
  REPORT_QUEUE.forgetOld,
];

/** Reports of SNDS. It waits for another's server, and nothing else waits for it. */
async function fetchReports(desk: Desk, logger: FastifyBaseLogger, signal: AbortSignal): Promise<void> {
  tookTurn('SNDS reports');
  try {
    const hosts = [...KNOWN_HOSTS, ...desk.config.sndsHosts];
    const { fetched, failed } = await fetchDueFeeds(desk.db, new Date(), {
      get: openGet(),
      hosts,
      signal,
      secrets: desk.secrets,
      warn: (err) => logger.warn({ err }, 'SNDS reports'),
    });
    if (fetched > 0) logger.info({ fetched }, 'SNDS reports');
    for (const words of failed) logger.warn({ words }, 'SNDS report');
  } catch (error) {
    logger.warn({ err: error }, 'SNDS reports');
  }
}

/** What has to happen without anybody asking: due follow-ups, steps and reports every minute, expired rows every hour. Returns the stop. */
export function startUpkeep(desk: Desk, logger: FastifyBaseLogger): () => Promise<void> {
  let round = 0;
  let running: Promise<void> = Promise.resolve();
  // One that fails keeps none of the others from their turn: a row may be broken. Where the database is away, all do.
  const failed = (err: unknown) => logger.warn({ err }, 'upkeep');
  const tell = (number: number, name: string, words: string) => {
    if (number > 0) logger.info({ [name]: number }, words);
  };
  const { db, catalogue } = desk;
  const clear = async () => {
    if (round++ % CLEAR_EVERY !== 0) return;
    await eachAlone(
      [...FORGETTING, (db: Db) => forgetOldSessions(db, desk.config)],
      (forget) => forget(db),
      failed,
    );
    const { sources, addresses } = await keepRetention(db);
    if (sources + addresses > 0) logger.info({ sources, addresses }, 'retention');
  };
  const steps: (() => Promise<unknown>)[] = [
    () => desk.playbooks.refresh(),
    async () => tell(await raiseDueFollowUps(db, catalogue, new Date(), failed), 'raised', 'follow-ups due'),
    async () => {
      while ((await countBacklog(db)) > 0);
    },
    async () => tell(await askDueChecks(db, new Date()), 'asked', 'checks due'),
    async () => tell(await remindOfSteps(db, catalogue, new Date(), failed), 'reminded', 'next steps due'),
    () => tellDue(db, new Date()),
    clear,
  ];
  const work = () => {
    tookTurn('upkeep');
    return eachAlone(steps, (step) => step(), failed);
  };
  const ended = new AbortController();
  let fetching: Promise<void> = Promise.resolve();
  const turn = () => {
    running = running.then(work);
    fetching = fetching.then(() => fetchReports(desk, logger, ended.signal));
  };
  const timer = setInterval(turn, EVERY_MS);
  turn();
  return async () => {
    clearInterval(timer);
    ended.abort();
    await Promise.all([running, fetching]);
  };
}
