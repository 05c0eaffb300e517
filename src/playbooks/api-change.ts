import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Trx } from '../database/open.ts';
import { notFound } from '../problem.ts';
import type { Provider } from '../providers/schema.ts';
import { actorOf } from '../web/access.ts';
import { apiKey } from '../web/idempotency.ts';
import { once } from '../web/once.ts';

/** What all calls about playbooks share. */
export function playbookCalls({ desk: { db, catalogue, playbooks } }: FastifyInstance) {
  return {
    /** The playbook as it holds now, also when another process changed it a moment ago. */
    async getProvider(key: string): Promise<Provider> {
      await playbooks.refresh();
      const provider = catalogue.byKey.get(key);
      if (!provider) throw notFound('such provider in the catalogue');
      return provider;
    },
    /** Changes playbooks once for the request's key, and knows of it here before it is answered. */
    async changing<Made>(request: FastifyRequest, what: string, effect: (trx: Trx) => Promise<Made>) {
      const input = { params: request.params, query: request.query, body: request.body };
      const answer = await once(db, { actor: actorOf(request), key: apiKey(request), what, input }, effect);
      await playbooks.refresh();
      return answer;
    },
  };
}

/** An effect that has nothing to answer. */
export const done = (effect: (trx: Trx) => Promise<void>) => async (trx: Trx) => {
  await effect(trx);
  return { status: 204, body: null };
};
