import type { FastifyRequest } from 'fastify';
import type { Db, Trx } from '../database/open.ts';
import { actorOf } from './access.ts';
import { API } from './api.ts';
import { apiKey } from './idempotency.ts';
import { type Answer, once } from './once.ts';

/** Does what a POST of the API asks for, once for each Idempotency-Key that comes with it. */
export const apiOnce = (
  db: Db,
  request: FastifyRequest,
  effect: (trx: Trx) => Promise<Answer>,
): Promise<Answer> => {
  const [path = ''] = request.url.slice(API.length).split('?');
  return once(
    db,
    {
      actor: actorOf(request),
      key: apiKey(request),
      what: `${request.method} ${path}`,
      input: request.body ?? null,
    },
    effect,
  );
};
