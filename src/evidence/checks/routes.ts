import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../../incidents/number-params.ts';
import { addressesOf, getIncident } from '../../incidents/store.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readIncidentEvidence } from '../incident-evidence.ts';
import { askForCheck } from './store.ts';

export const checkPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.post(
    '/incidents/:number/checks',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      await getIncident(db, number);
      await formOnce(db, request, { what: `check ${number}` }, async (trx) => {
        const networks = (await addressesOf(trx, [number])).get(number) ?? [];
        await askForCheck(trx, { incident: number, networks, askedBy: actorOf(request).name });
        return { status: 303, body: null };
      });
      return reply.done(`/incidents/${number}#h-ev`, 'The evidence is looked at again.');
    },
  );

  /** The part of an incident's page that changes while its evidence is looked at. */
  app.get(
    '/incidents/:number/evidence/checked',
    { config: { access: 'viewer' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      await getIncident(db, number);
      const networks = (await addressesOf(db, [number])).get(number) ?? [];
      return reply.page('evidence/checked', { checked: await readIncidentEvidence(db, number, networks) });
    },
  );
};
