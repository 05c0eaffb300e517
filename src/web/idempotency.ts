import type { FastifyRequest } from 'fastify';
import type { Db, Trx } from '../database/open.ts';
import { Problem } from '../problem.ts';
import { actorOf } from './access.ts';
import { once } from './once.ts';

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
