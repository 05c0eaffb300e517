import type { FastifyRequest } from 'fastify';
import type { Db, Trx } from '../database/open.ts';
import { actorOf } from './access.ts';
import { formKey } from './forms.ts';
import { once } from './once.ts';

/** A form that is shown again has another token, and is the same form. */
function withoutToken(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('_csrf' in input)) return input;
  const { _csrf, ...fields } = input;
  return fields;
}

/**
 * Does what a form asks for, once for each copy of it that was served. `input` tells requests apart where it is not
 * all that was sent: a file, or what must not be stored.
 */
export const formOnce = <Made>(
  db: Db,
  request: FastifyRequest,
  { what, input = request.body }: { what: string; input?: unknown },
  effect: (trx: Trx) => Promise<Made>,
): Promise<Made> =>
  once(db, { actor: actorOf(request), key: formKey(request.body), what, input: withoutToken(input) }, effect);
