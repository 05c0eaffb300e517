import { setTimeout } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { notBegun, type Outcome, orGivenUp, outcomeOf } from '../mail-out/outcome.ts';
import { openSession, type Patience, SmtpTrouble, serverOf } from '../mail-out/smtp.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import { type Maker, makeDueMails } from './make.ts';
import { beginMail, forgetOldMails, settleLost, settleMail, type TakenMail, takeMail } from './queue.ts';

const LOOK_EVERY_MS = 10_000;
/** A server that is slow keeps no process from ending; its mail is then told to be uncertain. */
const LONGEST_STOP_MS = 15_000;

async function give(
  { db, secrets }: Maker,
  mail: TakenMail,
  patience?: Patience,
): Promise<Outcome | undefined> {
  let session: Awaited<ReturnType<typeof openSession>>;
  try {
    session = await openSession(serverOf(mail.account, secrets), patience);
  } catch (error) {
    if (error instanceof SmtpTrouble || error instanceof CannotOpenSecret) return notBegun(error.message);
    throw error;
  }
  try {
    if (!mail.raw || !(await beginMail(db, mail))) return undefined;
    const { words } = await session.send({ from: mail.envelope_sender, to: [mail.recipient] }, mail.raw);
    return { state: 'sent', words };
  } catch (error) {
    if (error instanceof SmtpTrouble) return outcomeOf(error);
    throw error;
  } finally {
    session.end();
  }
}

/** Makes the mails that are due and sends what waits, one after the other. Returns how many attempts that were. */
export async function mailDueReports(
  maker: Maker,
  now: Date,
  { patience, stopped = () => false }: { patience?: Patience; stopped?: () => boolean } = {},
): Promise<number> {
  await settleLost(maker.db);
  await makeDueMails(maker, now);
  let attempts = 0;
  while (!stopped()) {
    const mail = await takeMail(maker.db);
    if (!mail) break;
    attempts += 1;
    const outcome = await give(maker, mail, patience);
    if (outcome) await settleMail(maker.db, mail, orGivenUp(outcome, mail.created_at, new Date()));
  }
  return attempts;
}

/** Mails reports when they are due, in any number of processes at a time. Returns the stop. */
export function startReportMails(maker: Maker, logger: Pick<FastifyBaseLogger, 'warn'>): () => Promise<void> {
  const waking = new AbortController();
  const stopped = () => waking.signal.aborted;
  const work = async () => {
    await setTimeout(LOOK_EVERY_MS, null, { signal: waking.signal }).catch(() => {});
    while (!stopped()) {
      try {
        await mailDueReports(maker, new Date(), { stopped });
        await forgetOldMails(maker.db);
      } catch (error) {
        // The database may be away; the next look tries again.
        logger.warn({ err: error }, 'report mails');
      }
      await setTimeout(LOOK_EVERY_MS, null, { signal: waking.signal }).catch(() => {});
    }
  };
  const ended = work();
  return async () => {
    waking.abort();
    await Promise.race([ended, setTimeout(LONGEST_STOP_MS, null, { ref: false })]);
  };
}
