import type { FastifyBaseLogger } from 'fastify';
import type { Desk } from '../../app.ts';
import { tookTurn } from '../../metrics/turns.ts';
import { letArrivalGo, MOST_ATTEMPTS, takeArrival } from './arrival-queue.ts';
import { keepArrival } from './keep-arrival.ts';
import type { ReadArrival, TakenArrival } from './read-arrival.ts';

type Reading = Pick<Desk, 'db' | 'catalogue' | 'config' | 'world'>;

const LOOK_EVERY_MS = 1000;
/** Mails read at a time: most of the time goes into waiting for the DNS. */
const READERS = 4;

const UNREAD =
  'This mail broke the reader three times and was not taken apart. Its source is kept whole: look at it there.';

async function read(desk: Reading, arrival: TakenArrival): Promise<ReadArrival> {
  const { readArrival, unreadArrival } = await import('./read-arrival.ts');
  if (arrival.attempts > MOST_ATTEMPTS) return unreadArrival(arrival, UNREAD);
  const { ask } = await desk.world();
  return readArrival(
    arrival,
    { catalogue: desk.catalogue, ask, keepComplaintMails: desk.config.keepComplaintMails },
    new Date(),
  );
}

/** Reads the mail that waits longest and files it. False: none waits. `found` is told as soon as there is one. */
export async function readNext(
  desk: Reading,
  logger: Pick<FastifyBaseLogger, 'warn'>,
  found?: () => void,
): Promise<boolean> {
  const arrival = await takeArrival(desk.db);
  if (!arrival) return false;
  found?.();
  try {
    const made = await read(desk, arrival);
    await desk.db.transaction().execute((trx) => keepArrival(trx, arrival.id, made, desk.catalogue));
  } catch (error) {
    logger.warn({ err: error, arrival: arrival.id, attempts: arrival.attempts }, 'a mail could not be read');
    await letArrivalGo(desk.db, arrival.id);
  }
  return true;
}

/**
 * Reads and files what comes in, a few mails at a time in each process: one reader looks whether there are any, and
 * wakes the others. Returns the stop, which waits for those in hand.
 */
export function startReading(desk: Reading, logger: FastifyBaseLogger): () => Promise<void> {
  let stopped = false;
  const wakes = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of [...wakes]) wake();
  };
  const pause = (isLooking: boolean) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        wakes.delete(wake);
        resolve();
      };
      const timer = isLooking ? setTimeout(wake, LOOK_EVERY_MS) : undefined;
      wakes.add(wake);
    });
  const work = async (isLooking: boolean) => {
    while (!stopped) {
      tookTurn('mail in');
      try {
        if (await readNext(desk, logger, isLooking ? wakeAll : undefined)) continue;
      } catch (error) {
        // The database may be away. The lease runs out, and the mail is taken up again.
        logger.warn({ err: error }, 'mail that came in');
      }
      if (!stopped) await pause(isLooking);
    }
  };
  const ended = Promise.all(Array.from({ length: READERS }, (_, index) => work(index === 0)));
  return async () => {
    stopped = true;
    wakeAll();
    await ended;
  };
}
