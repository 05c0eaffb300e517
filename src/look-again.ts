import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { tookTurn, type Worker } from './metrics/turns.ts';

/**
 * Looks for work every so many milliseconds, the first time after as many. A look that fails is logged: the database may
 * be away, and the next one tries again. Returns the stop, which waits for the look in hand.
 */
export function lookAgain(
  worker: Worker,
  everyMs: number,
  look: () => Promise<void>,
  logger: Pick<FastifyBaseLogger, 'warn'>,
): () => Promise<void> {
  const waking = new AbortController();
  const { signal } = waking;
  const work = async () => {
    while (!signal.aborted) {
      tookTurn(worker);
      await setTimeout(everyMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        await look();
      } catch (error) {
        logger.warn({ err: error }, worker);
      }
    }
  };
  const ended = work();
  return async () => {
    waking.abort();
    await ended;
  };
}
