import { GetFailed } from '../outside/get.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { Attempted, Taken } from './deliveries.ts';
import { bodyFor } from './formats.ts';
import { statusWords } from './outcome.ts';
import { retryAfterMs } from './patience.ts';
import { signedHeaders } from './signature.ts';
import { openTarget } from './targets.ts';
import { checkedAddresses, type WebhookWorld } from './world.ts';

/** The lease of a delivery is longer than look-up, attempt and answer together. */
const LONGEST_MS = 15_000;
const ANSWER_BYTES = 2048;

/** An answer's beginning as text that the database takes. */
const answerText = (body: Buffer): string =>
  body.toString('utf8').replaceAll('\0', '\ufffd').slice(0, ANSWER_BYTES);

const OURS = 'not sent: something failed on our side';

function failureWords(error: unknown, warn?: (error: unknown) => void): string {
  if (error instanceof CannotOpenSecret) return error.message.replace(/\.$/, '');
  if (!(error instanceof GetFailed)) {
    warn?.(error);
    return OURS;
  }
  if (error.why === 'too-slow') return `no answer within ${LONGEST_MS / 1000} s`;
  if (/CERT|SELF_SIGNED|ALTNAME|LEAF_SIGNATURE|ISSUER/.test(error.code))
    return `its certificate does not hold (${error.code})`;
  return `no answer: ${error.code || 'the connection ended'}`;
}

type Sent = Omit<Attempted, 'at' | 'durationMs'>;
const notSent = (words: string): Sent => ({ status: null, words, answer: '' });

async function send(
  { world, secrets }: { world: WebhookWorld; secrets: Secrets },
  delivery: Taken,
  at: Date,
  signal?: AbortSignal,
): Promise<Sent> {
  if (world.isSilent) return notSent('a demonstration sends nothing');
  const target = openTarget(secrets, delivery.target, at);
  const where = await checkedAddresses(world, target.url);
  if ('refused' in where) return notSent(`not sent: ${where.refused.replace(/\.$/, '')}`);
  if ('unknown' in where) return notSent(where.unknown.replace(/\.$/, ''));
  const body = bodyFor(delivery.target.format, delivery.event);
  const message = { id: delivery.message_id, seconds: Math.floor(at.getTime() / 1000), body };
  const answer = await world.post(target.url, {
    headers: signedHeaders(target.secrets, message),
    body,
    addresses: where.addresses,
    longestMs: LONGEST_MS,
    mostBytes: ANSWER_BYTES,
    signal,
  });
  return {
    status: answer.status,
    words: statusWords(answer.status),
    answer: answerText(answer.body),
    retryAfterMs:
      answer.status === 429 || answer.status === 503
        ? retryAfterMs(answer.headers['retry-after'], new Date())
        : undefined,
  };
}

/**
 * One attempt: what was answered, or why nothing was. What fails on our side is an attempt as well: an event that cannot
 * be sent holds up none of the others, and is given up in the end.
 */
export async function attempt(
  desk: { world: WebhookWorld; secrets: Secrets; warn?: (error: unknown) => void },
  delivery: Taken,
  signal?: AbortSignal,
): Promise<Attempted> {
  const at = new Date();
  const began = performance.now();
  const sent = await send(desk, delivery, at, signal).catch((error: unknown) =>
    notSent(failureWords(error, desk.warn)),
  );
  return { ...sent, at, durationMs: performance.now() - began };
}
