import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Db } from '../database/open.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { findLost, takeDispatch } from './dispatches.ts';
import { settleAttempt } from './settle.ts';
import type { Patience } from './smtp.ts';

const LOOK_EVERY_MS = 1000;
/** A server that is slow keeps no process from ending; its mail is then told to be uncertain. */
const LONGEST_STOP_MS = 15_000;
const LOST =
  'The sending process ended while the server was being given the mail, so nobody can say whether it arrived.';

type Desk = { db: Db; secrets: Secrets };

/** Sends what is due, one mail after the other. Returns how many attempts were made. */
export async function sendDue(
  desk: Desk,
  logger: Pick<FastifyBaseLogger, 'info' | 'warn'>,
  { stopped = () => false, patience }: { stopped?: () => boolean; patience?: Patience } = {},
): Promise<number> {
  for (const lost of await findLost(desk.db)) {
    await settleAttempt(desk.db, lost, { state: 'delivered-unknown', words: LOST }, { onlyLost: true });
    logger.warn({ message: lost.message_id }, 'a mail may or may not have arrived');
  }
  let attempts = 0;
  while (!stopped()) {
    const taken = await takeDispatch(desk.db);
    if (!taken) break;
    const { attempt } = await import('./attempt.ts');
    const outcome = await attempt(desk, taken, patience);
    attempts += 1;
    logger.info({ message: taken.message_id, attempt: taken.attempts, state: outcome?.state }, 'mail out');
  }
  return attempts;
}

/**
 * Sends mail that is due, in any number of processes at a time. The library is loaded with the first mail: no start
 * waits for it. Returns the stop, which waits for the mail in hand.
 */
export function startDispatches(desk: Desk, logger: FastifyBaseLogger): () => Promise<void> {
  let isStopped = false;
  const waking = new AbortController();
  const pause = () => setTimeout(LOOK_EVERY_MS, null, { signal: waking.signal }).catch(() => {});
  const work = async () => {
    while (!isStopped) {
      try {
        await sendDue(desk, logger, { stopped: () => isStopped });
      } catch (error) {
        // The database may be away. The lease runs out, and the mail is taken up again, or told to be uncertain.
        logger.warn({ err: error }, 'mail out');
      }
      if (!isStopped) await pause();
    }
  };
  const ended = work();
  return async () => {
    isStopped = true;
    waking.abort();
    const patience = new AbortController();
    await Promise.race([
      ended,
      setTimeout(LONGEST_STOP_MS, null, { signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
  };
}
