import type { FastifyBaseLogger } from 'fastify';
import { lookAgain } from '../look-again.ts';
import { type Maker, makeDueMails, PutOff } from './make.ts';

const LOOK_EVERY_MS = 10_000;

/** Makes the mails of reports when they are due, in any number of processes at a time; they leave with all others. Returns the stop. */
export function startReportMails(maker: Maker, logger: Pick<FastifyBaseLogger, 'warn'>) {
  const putOff = new PutOff();
  const failed = (error: unknown) => logger.warn({ err: error }, 'report mails');
  const look = async () => void (await makeDueMails(maker, new Date(), { putOff, failed }));
  return lookAgain('report mails', LOOK_EVERY_MS, look, logger);
}
