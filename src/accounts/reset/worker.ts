import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Db } from '../../database/open.ts';
import type { MailDesk } from '../mails.ts';
import { answerResets } from './store.ts';

const LOOK_EVERY_MS = 1000;

/** Mails links for new passwords a moment after they were asked for. Returns the stop. */
export function startResets(desk: MailDesk & { db: Db }, logger: FastifyBaseLogger): () => Promise<void> {
  let isStopped = false;
  const waking = new AbortController();
  const work = async () => {
    while (!isStopped) {
      try {
        await answerResets(desk);
      } catch (error) {
        logger.warn({ err: error }, 'new passwords');
      }
      await setTimeout(LOOK_EVERY_MS, undefined, { signal: waking.signal }).catch(() => {});
    }
  };
  const ended = work();
  return async () => {
    isStopped = true;
    waking.abort();
    await ended;
  };
}
