import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Db } from '../database/open.ts';
import { count } from '../metrics/measure.ts';
import { tookTurn } from '../metrics/turns.ts';
import { keepSurely } from '../outside/keep-surely.ts';
import { waitAtMost } from '../outside/wait-at-most.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { attempt } from './attempt.ts';
import { type Attempted, settle, type Taken, takeDelivery } from './deliveries.ts';
import type { WebhookWorld } from './world.ts';

const LOOK_EVERY_MS = 1000;
/** Requests out at a time, and how many of them may be to targets that fail: these cannot take every place. */
const AT_ONCE = 16;
const FAILING_AT_ONCE = 8;
/** A receiver that is slow keeps no process from ending; its event is sent again. */
const LONGEST_STOP_MS = 5000;

export type WebhookDesk = {
  db: Db;
  secrets: Secrets;
  world: WebhookWorld;
  /** What went wrong on our side. */
  warn?: (error: unknown) => void;
};
type Log = Pick<FastifyBaseLogger, 'debug' | 'warn'>;

/** Sends one delivery that was taken, and keeps what came of it. */
export async function deliver(
  desk: WebhookDesk,
  delivery: Taken,
  signal?: AbortSignal,
): Promise<Attempted | undefined> {
  const attempted = await attempt(desk, delivery, signal);
  // Cut off by our own end: nobody failed. Its lease runs out, and it is sent again.
  if (signal?.aborted && attempted.status === null) return undefined;
  await keepSurely(() => settle(desk.db, delivery, attempted, { now: new Date(), random: Math.random() }));
  return attempted;
}

const outcomeOf = (status: number | null) =>
  status === null ? 'no-answer' : status < 300 ? 'delivered' : 'refused';

/** Sends in places of which each takes one delivery at a time. */
class Places {
  readonly running = new Set<Promise<void>>();
  #failing = 0;
  readonly #desk: WebhookDesk;
  readonly #logger: Log;
  readonly #ended: AbortSignal;

  constructor(desk: WebhookDesk, logger: Log, ended: AbortSignal) {
    this.#desk = { ...desk, warn: (error) => logger.warn({ err: error }, 'webhook') };
    this.#logger = logger;
    this.#ended = ended;
  }

  /** Begins with what is due, as much as there are places for. Returns how many deliveries that are. */
  async fill(): Promise<number> {
    let begun = 0;
    while (!this.#ended.aborted && this.running.size < AT_ONCE) {
      const delivery = await takeDelivery(this.#desk.db, { failing: this.#failing < FAILING_AT_ONCE });
      if (!delivery) break;
      begun += 1;
      const isFailing = delivery.target.failures > 0;
      if (isFailing) this.#failing += 1;
      const work: Promise<void> = this.#send(delivery).finally(() => {
        this.running.delete(work);
        if (isFailing) this.#failing -= 1;
      });
      this.running.add(work);
    }
    return begun;
  }

  async #send(delivery: Taken): Promise<void> {
    try {
      const attempted = await deliver(this.#desk, delivery, this.#ended);
      if (attempted) count('delist_desk_webhooks_total', { outcome: outcomeOf(attempted.status) });
      this.#logger.debug({ delivery: delivery.id, status: attempted?.status }, 'webhook');
    } catch (error) {
      // The database may be away. The lease runs out, and the event is sent again under the same id.
      this.#logger.warn({ err: error, delivery: delivery.id }, 'webhook');
    }
  }
}

/** Sends what is due now. Returns how many attempts were made. */
export async function sendDueWebhooks(desk: WebhookDesk, logger: Log): Promise<number> {
  const places = new Places(desk, logger, new AbortController().signal);
  let attempts = 0;
  for (;;) {
    const running = places.running.size;
    const begun = await places.fill();
    attempts += begun;
    // What ended while it looked may have let the next of its line go ahead.
    if (running === 0 && begun === 0) return attempts;
    if (places.running.size > 0) await Promise.race(places.running);
  }
}

/** Sends events that are due, in any number of processes at a time. Returns the stop. */
export function startWebhooks(desk: WebhookDesk, logger: FastifyBaseLogger): () => Promise<void> {
  const ended = new AbortController();
  const pause = () => setTimeout(LOOK_EVERY_MS, null, { signal: ended.signal }).catch(() => {});
  const places = new Places(desk, logger, ended.signal);
  const work = async () => {
    while (!ended.signal.aborted) {
      tookTurn('webhooks');
      try {
        await places.fill();
      } catch (error) {
        logger.warn({ err: error }, 'webhooks');
      }
      await Promise.race([pause(), ...places.running]);
    }
    await Promise.all(places.running);
  };
  const running = work();
  return async () => {
    ended.abort();
    await waitAtMost(LONGEST_STOP_MS, running);
  };
}
