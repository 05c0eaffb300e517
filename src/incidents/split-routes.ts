import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { apiOnce } from '../web/idempotency.ts';
import { incidentForm } from './incident-form.ts';
import { NumberParams } from './number-params.ts';
import { splitOff } from './split.ts';
import { addressesOf, getIncident } from './store.ts';

const route = apiRoutes('incidents');

const Address = Type.String({ minLength: 1, maxLength: 80, description: 'one of its addresses' });
const SplitForm = Type.Object({ address: Address });

/** Asks before one address of an incident becomes an incident of its own. */
export const splitPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  async function view(number: number, chosen: string, problem?: FormProblem) {
    const incident = await getIncident(db, number);
    return {
      number,
      incidentTitle: incident.title,
      isClosed: incident.state === 'closed',
      addresses: (await addressesOf(db, [number])).get(number) ?? [],
      chosen,
      ...problemView(problem),
    };
  }

  app.get(
    '/incidents/:number/split',
    {
      config: { access: 'operator' },
      schema: {
        params: NumberParams,
        querystring: Type.Object({ address: Type.Optional(Type.String({ maxLength: 80 })) }),
      },
    },
    async (request, reply) =>
      reply.page('incidents/split', await view(request.params.number, request.query.address ?? '')),
  );

  incidentForm(app, '/incidents/:number/split', {
    access: 'operator',
    async act(request, reply, number) {
      const { address } = readForm(SplitForm, request.body);
      const { provider } = await getIncident(db, number);
      const split = await formOnce(db, request, { what: `split ${number}` }, (trx) =>
        splitOff(trx, actorOf(request), number, {
          address,
          providerName: catalogue.byKey.get(provider)?.name ?? provider,
          now: new Date(),
        }),
      );
      return reply.done(`/incidents/${split}`, `Split off from #${number}.`, [number]);
    },
    again: async (request, number, problem) => ({
      view: 'incidents/split',
      data: await view(number, typedAgain(request.body)['address'] ?? '', problem),
    }),
  });
};

export const splitApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  app.post(
    '/incidents/:number/split',
    route('operator', 'incidents:write', {
      summary: 'Split one of several addresses off into an incident of its own',
      params: NumberParams,
      body: Type.Object({ address: Address }, closed),
      response: { 201: Type.Object({ number: Type.Integer() }) },
    }),
    async (request, reply) => {
      const { number } = request.params;
      const { provider } = await getIncident(db, number);
      const split = await apiOnce(db, request, async (trx) => ({
        number: await splitOff(trx, actorOf(request), number, {
          address: request.body.address,
          providerName: catalogue.byKey.get(provider)?.name ?? provider,
          now: new Date(),
        }),
      }));
      return reply.code(201).send(split);
    },
  );
};
