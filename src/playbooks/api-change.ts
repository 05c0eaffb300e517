import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Trx } from '../database/open.ts';
import { apiOnce } from '../web/idempotency.ts';

/** Changes playbooks once for the request's key, and knows of it here before it is answered. */
export const playbookChange =
  ({ desk: { db, playbooks } }: FastifyInstance) =>
  async <Made>(request: FastifyRequest, effect: (trx: Trx) => Promise<Made>): Promise<Made> => {
    const input = { query: request.query, body: request.body };
    const made = await apiOnce(db, request, effect, { input });
    await playbooks.refresh();
    return made;
  };
