import type { FastifyBaseLogger } from 'fastify';
import type { Db } from '../../database/open.ts';
import { lookAgain } from '../../look-again.ts';
import type { MailDesk } from '../mails.ts';
import { answerResets } from './store.ts';

const LOOK_EVERY_MS = 1000;

/** Mails links for new passwords a moment after they were asked for. Returns the stop. */
export const startResets = (desk: MailDesk & { db: Db }, logger: FastifyBaseLogger) =>
  lookAgain('new passwords', LOOK_EVERY_MS, async () => void (await answerResets(desk)), logger);
