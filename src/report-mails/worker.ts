import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { tookTurn } from '../metrics/turns.ts';
import { type Maker, makeDueMails } from './make.ts';
import { REPORT_QUEUE } from './queue.ts';

const LOOK_EVERY_MS = 10_000;

/** Makes the mails of reports when they are due, in any number of processes at a time; they leave with all others. Returns the stop. */
export function startReportMails(maker: Maker, logger: Pick<FastifyBaseLogger, 'warn'>): () => Promise<void> {
  const waking = new AbortController();
  const pause = () => setTimeout(LOOK_EVERY_MS, null, { signal: waking.signal }).catch(() => {});
  const work = async () => {
    await pause();
    while (!waking.signal.aborted) {
      tookTurn('report mails');
      try {
        await makeDueMails(maker, new Date());
        await REPORT_QUEUE.forgetOld(maker.db);
      } catch (error) {
        // The database may be away; the next look tries again.
        logger.warn({ err: error }, 'report mails');
      }
      await pause();
    }
  };
  const ended = work();
  return async () => {
    waking.abort();
    await ended;
  };
}
