import type { FastifyBaseLogger } from 'fastify';
import type { Db } from '../../database/open.ts';
import { count } from '../../metrics/measure.ts';
import { tookTurn } from '../../metrics/turns.ts';
import type { CheckWorld } from './run.ts';
import { type Turn, takeCheck } from './store.ts';

const LOOK_EVERY_MS = 1000;
const TURNS: Turn[] = ['incidents', 'schedule'];

/**
 * Works off the checks that were asked for, in each process one of an incident and one of the schedule at a time.
 * The world is opened with the first of them: no start waits for it. Returns the stop, which waits for the questions
 * in flight.
 */
export function startChecks(
  { db, world }: { db: Db; world: () => Promise<CheckWorld> },
  logger: FastifyBaseLogger,
): () => Promise<void> {
  let stopped = false;
  const wakes = new Set<() => void>();
  const pause = () =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        wakes.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, LOOK_EVERY_MS);
      wakes.add(wake);
    });
  const step = async (turn: Turn) => {
    const check = await takeCheck(db, turn);
    if (!check) return pause();
    const { runCheck } = await import('./run.ts');
    try {
      await runCheck(await world(), check, { stopped: () => stopped });
      count('delist_desk_checks_total', { outcome: 'done' });
    } catch (error) {
      count('delist_desk_checks_total', { outcome: 'failed' });
      throw error;
    }
  };
  const work = async (turn: Turn) => {
    while (!stopped) {
      tookTurn(turn === 'incidents' ? 'checks of incidents' : 'checks of the schedule');
      try {
        await step(turn);
      } catch (error) {
        // The database may be away. The lease runs out, and the check is taken up again.
        logger.warn({ err: error }, 'evidence');
        if (!stopped) await pause();
      }
    }
  };
  const ended = Promise.all(TURNS.map(work));
  return async () => {
    stopped = true;
    for (const wake of [...wakes]) wake();
    await ended;
  };
}
