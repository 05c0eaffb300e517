import { keepSurely } from '../outside/keep-surely.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { notBegun, type Outcome, orGivenUp, outcomeFor, outcomeOfTrouble } from './outcome.ts';
import type { MailInHand } from './queue.ts';
import { openSession, type Patience, SmtpTrouble, serverOf } from './smtp.ts';

const sentWords = (words: string, refused: { recipient: string; words: string }[]): string =>
  refused.length === 0
    ? words
    : `${words} Refused: ${refused.map((one) => `${one.recipient}: ${one.words}`).join('; ')}`.slice(0, 1000);

/** Sends one mail that was taken. Undefined: it was taken away from us before anything was said of it. */
async function send(secrets: Secrets, taken: MailInHand, patience?: Patience): Promise<Outcome | undefined> {
  let session: Awaited<ReturnType<typeof openSession>>;
  try {
    session = await openSession(serverOf(taken.account, secrets), patience);
  } catch (error) {
    if (error instanceof SmtpTrouble || error instanceof CannotOpenSecret) return notBegun(error.message);
    throw error;
  }
  try {
    // From here on a crash leaves it to a person: the server may have it.
    if (!(await taken.begin())) return undefined;
    const { words, refused } = await session.send(
      { from: taken.envelope_sender, to: taken.envelope_recipients },
      taken.raw,
    );
    return outcomeFor(taken.envelope_recipients, refused, sentWords(words, refused));
  } catch (error) {
    if (error instanceof SmtpTrouble) return outcomeOfTrouble(taken.envelope_recipients, error);
    throw error;
  } finally {
    session.end();
  }
}

const KEEP_EVERY_MS = 10_000;

/** One attempt at a mail, kept alive while it lasts, and what it came to. */
export async function attempt(
  secrets: Secrets,
  taken: MailInHand,
  patience?: Patience,
): Promise<Outcome | undefined> {
  const keeping = setInterval(() => void taken.keep().catch(() => {}), KEEP_EVERY_MS);
  try {
    const outcome = await send(secrets, taken, patience);
    if (!outcome) return undefined;
    const kept = orGivenUp(outcome, taken.created_at, new Date());
    await keepSurely(() => taken.settle(kept));
    return kept;
  } finally {
    clearInterval(keeping);
  }
}
