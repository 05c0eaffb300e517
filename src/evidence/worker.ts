import type { FastifyBaseLogger } from 'fastify';
import type { Desk } from '../app.ts';
import { takeCheck } from './checks.ts';
import type { CheckWorld } from './run-check.ts';

const LOOK_EVERY_MS = 1000;

/**
 * Works off the checks that were asked for, one at a time in each process. Resolvers and kinds are loaded with the
 * first check: no start waits for them. Returns the stop, which waits for the questions in flight.
 */
export function startChecks(desk: Desk, logger: FastifyBaseLogger): () => Promise<void> {
  let stopped = false;
  let wake = () => {};
  let world: CheckWorld | undefined;
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const step = async () => {
    const check = await takeCheck(desk.db);
    if (!check) return pause();
    const { runCheck } = await import('./run-check.ts');
    world ??= (await import('./world.ts')).openWorld(desk);
    return runCheck(world, check, { stopped: () => stopped });
  };
  const work = async () => {
    while (!stopped) {
      try {
        await step();
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
