import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import { tookTurn } from '../metrics/turns.ts';
import type { Subscriber } from './event.ts';
import { dropEvents, putOffEvent, readOutbox } from './outbox.ts';
import { onWake } from './wake.ts';

const AT_ONCE = 200;
const LOOK_EVERY_MS = 1000;
/** After a wake: as long as a request's transaction takes, then as long as a slow one does. */
const LOOKS_MS = [25, 150];

/** Those who want to know failed at these events; nothing of it was kept. */
class FanOutFailed extends Error {
  override name = 'FanOutFailed';
  readonly ids: number[];
  constructor(ids: number[], cause: unknown) {
    super('the events could not be told', { cause });
    this.ids = ids;
  }
}

/**
 * Gives what waits in the outbox to those who want to know, who write down what follows, and takes it out, in one
 * transaction: whatever ends in between, each event is told once. Of all processes one does it at a time, so
 * that events go out in their order. Returns how many were told.
 */
export async function fanOut(db: Db, subscribers: readonly Subscriber[], limit = AT_ONCE): Promise<number> {
  // By the index: what was told a moment ago is dead there, and a scan would go through all of it.
  const any = await db.selectFrom('event_outbox').select('id').orderBy('id').limit(1).executeTakeFirst();
  if (!any) return 0;
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('event outbox')) as mine`.execute(trx);
    if (!rows[0]?.mine) return 0;
    const events = await readOutbox(trx, limit);
    if (events.length === 0) return 0;
    const ids = events.map(({ id }) => id);
    try {
      for (const subscriber of subscribers) await subscriber(trx, events);
    } catch (error) {
      throw new FanOutFailed(ids, error);
    }
    await dropEvents(trx, ids);
    return ids.length;
  });
}

/** The same, but an event that fails is found out, put off, and holds up none of the others. */
export async function tellAll(
  db: Db,
  subscribers: readonly Subscriber[],
  failed: (error: unknown) => void,
): Promise<number> {
  try {
    return await fanOut(db, subscribers);
  } catch (error) {
    if (!(error instanceof FanOutFailed)) throw error;
    failed(error.cause);
  }
  let told = 0;
  for (let turn = 0; turn < AT_ONCE; turn++)
    try {
      const one = await fanOut(db, subscribers, 1);
      if (one === 0) break;
      told += one;
    } catch (error) {
      const [id] = error instanceof FanOutFailed ? error.ids : [];
      if (id === undefined) throw error;
      failed(error);
      await putOffEvent(db, id);
    }
  return told;
}

/**
 * Tells of what happens, in any number of processes: at once in the one in which it happened, within a second
 * in another. Returns the stop.
 */
export function startFanOut(
  desk: { db: Db },
  subscribers: readonly Subscriber[],
  logger: FastifyBaseLogger,
): () => Promise<void> {
  let isStopped = false;
  let owed: number[] = [];
  let waking = new AbortController();
  const unlisten = onWake(() => {
    owed = [...LOOKS_MS];
    waking.abort();
  });
  const pause = async () => {
    const soon = owed.shift();
    if (soon !== undefined) return setTimeout(soon);
    waking = new AbortController();
    return setTimeout(LOOK_EVERY_MS, undefined, { signal: waking.signal }).catch(() => {});
  };
  const work = async () => {
    while (!isStopped) {
      tookTurn('events');
      let told = 0;
      try {
        told = await tellAll(desk.db, subscribers, (error) => logger.warn({ err: error }, 'events'));
      } catch (error) {
        // The database may be away; what waits goes on waiting.
        logger.warn({ err: error }, 'events');
      }
      if (told < AT_ONCE) await pause();
    }
  };
  const ended = work();
  return async () => {
    isStopped = true;
    unlisten();
    waking.abort();
    await ended;
  };
}
