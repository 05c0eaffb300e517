import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Trx } from '../database/open.ts';
import { notFound } from '../problem.ts';
import type { Provider } from '../providers/schema.ts';
import { apiOnce } from '../web/idempotency.ts';

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
    async changing<Made>(request: FastifyRequest, effect: (trx: Trx) => Promise<Made>): Promise<Made> {
      const input = { query: request.query, body: request.body };
      const made = await apiOnce(db, request, effect, { input });
      await playbooks.refresh();
      return made;
    },
  };
}
