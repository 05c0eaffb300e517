import type { FastifyBaseLogger } from 'fastify';
import { lookAgain } from '../look-again.ts';
import { type Maker, makeDueMails } from './make.ts';

const LOOK_EVERY_MS = 10_000;

/** Makes the mails of reports when they are due, in any number of processes at a time; they leave with all others. Returns the stop. */
export const startReportMails = (maker: Maker, logger: Pick<FastifyBaseLogger, 'warn'>) =>
  lookAgain('report mails', LOOK_EVERY_MS, async () => void (await makeDueMails(maker, new Date())), logger);
