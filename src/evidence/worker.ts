import type { FastifyBaseLogger } from 'fastify';
import { takeCheck } from './checks.ts';
import { type CheckWorld, runCheck } from './run-check.ts';

const LOOK_EVERY_MS = 1000;

/** Works off the checks that were asked for, one at a time in each process. Returns the stop, which waits for the questions in flight. */
export function startChecks(world: CheckWorld, logger: FastifyBaseLogger): () => Promise<void> {
  let stopped = false;
  let wake = () => {};
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const work = async () => {
    while (!stopped) {
      try {
        const check = await takeCheck(world.db);
        if (check) await runCheck(world, check, { stopped: () => stopped });
        else await pause();
      } catch (error) {
        // The database may be away. The lease runs out, and the check is taken up again.
        logger.warn({ err: error }, 'evidence');
        if (!stopped) await pause();
      }
    }
  };
  const ended = work();
  return () => {
    stopped = true;
    wake();
    return ended;
  };
}
