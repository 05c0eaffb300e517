import type { FastifyRequest } from 'fastify';
import type { Db, Trx } from '../database/open.ts';
import { Problem } from '../problem.ts';
import { actorOf } from './access.ts';
import { isDone, once } from './once.ts';

/** The `Idempotency-Key` header, by which a repeated POST has one effect. */
export function apiKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Problem(
      'bad-request',
      'Idempotency-Key must be 1 to 200 printable ASCII characters without blanks.',
    );
  }
  return key;
}

/** `POST /incidents/41/tags` */
const callOf = ({ method, url }: FastifyRequest) => `${method} ${url.replace(/^\/api\/v1|\?.*$/gs, '')}`;

/**
 * Does what a call of the API asks for, once for its key. `input` tells calls apart where it is not the body: a file,
 * or what must not be stored.
 */
export const apiOnce = <Made>(
  db: Db,
  request: FastifyRequest,
  effect: (trx: Trx) => Promise<Made>,
  { input = request.body ?? null }: { input?: unknown } = {},
): Promise<Made> =>
  once(db, { actor: actorOf(request), key: apiKey(request), what: callOf(request), input }, effect);

/** Whether a call was done before: what is asked of others first need not be asked again. */
export const isRepeated = (db: Db, request: FastifyRequest): Promise<boolean> =>
  isDone(db, { actor: actorOf(request), key: apiKey(request) });

/**
 * As {@link apiOnce}, for a call that answers with a thing as it is then: that is read in its transaction and kept, so
 * that a repeated call answers as it did. Of what an earlier release kept, the thing is read as it is now.
 */
export async function apiShown<Made, Shown>(
  db: Db,
  request: FastifyRequest,
  effect: (trx: Trx) => Promise<Made>,
  show: (of: Db | Trx, made: Made) => Promise<Shown>,
  options: { input?: unknown } = {},
): Promise<Shown> {
  const kept = await apiOnce<{ shown: Shown } | Made>(
    db,
    request,
    async (trx) => ({ shown: await show(trx, await effect(trx)) }),
    options,
  );
  const isShown = typeof kept === 'object' && kept !== null && 'shown' in kept;
  return isShown ? kept.shown : show(db, kept as Made);
}
