import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Db } from '../database/open.ts';
import { eachAlone } from '../each-alone.ts';
import { count } from '../metrics/measure.ts';
import { tookTurn } from '../metrics/turns.ts';
import { waitAtMost } from '../outside/wait-at-most.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { LETTER_QUEUE } from './letter-queue.ts';
import type { MailInHand, MailQueue } from './queue.ts';
import type { Patience } from './smtp.ts';

const LOOK_EVERY_MS = 1000;
/** A server that is slow keeps no process from ending; its mail is then told to be uncertain. */
const LONGEST_STOP_MS = 15_000;

/** Mails in hand at a time: a server that is slow holds up none but its own. */
const AT_ONCE = 4;

type Desk = { db: Db; secrets: Secrets };
type Log = Pick<FastifyBaseLogger, 'info' | 'warn'>;
type Options = { stopped?: () => boolean; patience?: Patience; queues?: readonly MailQueue[] };

/** As health names them. */
const QUEUES: Record<string, string> = {
  message: 'letters',
  notice: 'notices',
  report: 'reports',
  account: 'links',
};
const queueOf = (name: MailInHand['name']) => QUEUES[Object.keys(name)[0] ?? ''] ?? '';

async function send(desk: Desk, logger: Log, mail: MailInHand, patience?: Patience): Promise<void> {
  try {
    const { attempt } = await import('./attempt.ts');
    const outcome = await attempt(desk.secrets, mail, patience);
    if (outcome) count('delist_desk_mails_sent_total', { queue: queueOf(mail.name), outcome: outcome.state });
    logger.info({ ...mail.name, attempt: mail.attempts, state: outcome?.state }, 'mail out');
  } catch (error) {
    // The database may be away. The lease runs out, and the mail is taken up again, or told to be uncertain.
    logger.warn({ err: error }, 'mail out');
  }
}

/** Begins with what is due, as much as there are places for. Returns how many attempts that are. */
async function takeUp(
  desk: Desk,
  logger: Log,
  running: Set<Promise<void>>,
  { stopped = () => false, patience, queues = [LETTER_QUEUE] }: Options,
): Promise<number> {
  const failed = (error: unknown) => logger.warn({ err: error }, 'mail out');
  let attempts = 0;
  const takeFrom = async (queue: MailQueue) => {
    for (const lost of await queue.settleLost(desk.db, failed))
      logger.warn(lost, 'a mail may or may not have arrived');
    while (!stopped() && running.size < AT_ONCE) {
      const mail = await queue.take(desk.db);
      if (!mail) break;
      attempts += 1;
      const work: Promise<void> = send(desk, logger, mail, patience).finally(() => running.delete(work));
      running.add(work);
    }
  };
  await eachAlone(queues, takeFrom, failed);
  return attempts;
}

/** Sends what is due now. Returns how many attempts were made. */
export async function sendDue(desk: Desk, logger: Log, options: Options = {}): Promise<number> {
  const running = new Set<Promise<void>>();
  let attempts = 0;
  for (;;) {
    attempts += await takeUp(desk, logger, running, options);
    if (running.size === 0) return attempts;
    await Promise.race(running);
  }
}

/**
 * Sends mail that is due, in any number of processes at a time. The library is loaded with the first mail: no start
 * waits for it. Returns the stop, which waits for the mail in hand.
 */
export function startDispatches(
  desk: Desk,
  logger: FastifyBaseLogger,
  queues: readonly MailQueue[],
): () => Promise<void> {
  let isStopped = false;
  const waking = new AbortController();
  const pause = () => setTimeout(LOOK_EVERY_MS, null, { signal: waking.signal }).catch(() => {});
  const work = async () => {
    const running = new Set<Promise<void>>();
    while (!isStopped) {
      tookTurn('mail out');
      try {
        await takeUp(desk, logger, running, { stopped: () => isStopped, queues });
      } catch (error) {
        logger.warn({ err: error }, 'mail out');
      }
      await Promise.race([pause(), ...running]);
    }
    await Promise.all(running);
  };
  const ended = work();
  return async () => {
    isStopped = true;
    waking.abort();
    await waitAtMost(LONGEST_STOP_MS, ended);
  };
}
