import type { FastifyBaseLogger } from 'fastify';
import { forgetOldClients } from './accounts/alerts/known-clients.ts';
import { forgetOldAccountMails } from './accounts/mails.ts';
import { forgetChallenges } from './accounts/passkeys/challenges.ts';
import { forgetOldResets } from './accounts/reset/store.ts';
import { forgetPending } from './accounts/second-factor/pending.ts';
import { forgetOldSessions } from './accounts/session.ts';
import type { Desk } from './app.ts';
import type { Db } from './database/open.ts';
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
  const work = async () => {
    tookTurn('upkeep');
    try {
      await desk.playbooks.refresh();
      const raised = await raiseDueFollowUps(desk.db, desk.catalogue, new Date());
      while ((await countBacklog(desk.db)) > 0);
      const asked = await askDueChecks(desk.db, new Date());
      if (asked > 0) logger.info({ asked }, 'checks due');
      if (raised > 0) logger.info({ raised }, 'follow-ups due');
      const reminded = await remindOfSteps(desk.db, desk.catalogue, new Date());
      if (reminded > 0) logger.info({ reminded }, 'next steps due');
      await tellDue(desk.db, new Date());
      if (round++ % CLEAR_EVERY === 0) {
        await forgetOldSessions(desk.db, desk.config);
        for (const forget of FORGETTING) await forget(desk.db);
        const { sources, addresses } = await keepRetention(desk.db);
        if (sources + addresses > 0) logger.info({ sources, addresses }, 'retention');
      }
    } catch (error) {
      // The database may be away; the next minute tries again.
      logger.warn({ err: error }, 'upkeep');
    }
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
