import type { FastifyBaseLogger } from 'fastify';
import { lookAgain } from '../look-again.ts';
import { type Maker, makeDueMails } from './make.ts';
import { REPORT_QUEUE } from './queue.ts';

const LOOK_EVERY_MS = 10_000;

/** Makes the mails of reports when they are due, in any number of processes at a time; they leave with all others. Returns the stop. */
export const startReportMails = (maker: Maker, logger: Pick<FastifyBaseLogger, 'warn'>) =>
  lookAgain(
    'report mails',
    LOOK_EVERY_MS,
    async () => {
      await makeDueMails(maker, new Date());
      await REPORT_QUEUE.forgetOld(maker.db);
    },
    logger,
  );
