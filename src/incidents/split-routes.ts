import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiOnce } from '../web/api-once.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { NumberParams } from './number-params.ts';
import { splitOff } from './split.ts';
import { addressesOf, getIncident } from './store.ts';

const Address = Type.String({ minLength: 1, maxLength: 80, description: 'one of its addresses' });
const SplitForm = Type.Object({ address: Address });

/** Asks before one address of an incident becomes an incident of its own. */
export const splitPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  async function view(
    number: number,
    chosen: string,
    problem?: { message: string; fields: Record<string, string> },
  ) {
    const incident = await getIncident(db, number);
    return {
      number,
      incidentTitle: incident.title,
      isClosed: incident.state === 'closed',
      addresses: (await addressesOf(db, [number])).get(number) ?? [],
      chosen,
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
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

  app.post(
    '/incidents/:number/split',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const { address } = readForm(SplitForm, request.body);
          const { provider } = await getIncident(db, number);
          const answer = await formOnce(db, request, { what: `split ${number}` }, async (trx) => ({
            status: 303,
            body: await splitOff(trx, actorOf(request), number, {
              address,
              providerName: catalogue.byKey.get(provider)?.name ?? provider,
              now: new Date(),
            }),
          }));
          return reply.done(`/incidents/${answer.body}`, `Split off #${number}.`);
        },
        async (problem) => ({
          view: 'incidents/split',
          data: await view(number, typedAgain(request.body)['address'] ?? '', problem),
        }),
      );
    },
  );
};

export const splitApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  app.post(
    '/incidents/:number/split',
    {
      config: { access: 'operator', scope: 'incidents:write' },
      schema: {
        tags: ['incidents'],
        summary: 'Split one of several addresses off into an incident of its own',
        params: NumberParams,
        body: Type.Object({ address: Address }, { additionalProperties: false }),
        response: { 201: Type.Object({ number: Type.Integer() }) },
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      const { provider } = await getIncident(db, number);
      const answer = await apiOnce(db, request, async (trx) => ({
        status: 201,
        body: {
          number: await splitOff(trx, actorOf(request), number, {
            address: request.body.address,
            providerName: catalogue.byKey.get(provider)?.name ?? provider,
            now: new Date(),
          }),
        },
      }));
      return reply.code(201).send(answer.body as { number: number });
    },
  );
};
