import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Trx } from '../database/open.ts';
import { asOf } from '../history/as-of.ts';
import { placeOf } from '../history/as-of-page.ts';
import { AsOfQuery, asOfJson } from '../history/json.ts';
import { closed, orNull, Type, Version } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { Provider, REASONS } from '../providers/schema.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { apiRoutes, NOTHING, PageQuery } from '../web/api-route.ts';
import { isTimeZone } from '../web/format.ts';
import { playbookChange } from './api-change.ts';
import { addOwn, changeOwn, removeOwn } from './own-store.ts';
import { ProviderParams } from './params.ts';

const route = apiRoutes('providers');

const names = (maxItems: number) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { maxItems, default: [] });
const { kind, languages } = Provider.properties;
const OwnBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 120 }),
    operator: Type.Optional(Type.String({ maxLength: 200 })),
    kind,
    about: Type.Optional(Type.String({ maxLength: 2000 })),
    aliases: names(30),
    languages,
    domains: names(400),
    hosts: names(100),
    phrases: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 20, default: [] }),
    reason: Type.Enum([...REASONS], { default: 'ip-reputation' }),
    senders: names(30),
  },
  closed,
);

const { key, name, aliases, domains } = Provider.properties;
const CatalogueJson = Type.Object({
  items: Type.Array(Type.Object({ key, name, operator: orNull(Type.String()), kind, aliases, domains })),
  next: Type.Null(),
});
/** All that the catalogue says of a provider, or what was so on a day: what stands there is for everybody. */
const ProviderJson = Type.Object({ key }, { additionalProperties: true });

/** The catalogue over the API, and providers of one’s own. */
export const providerApi: FastifyPluginAsyncTypebox = async (app) => {
  const { catalogue, playbooks } = app.desk;

  const changing = playbookChange(app);

  app.get(
    '/providers',
    route('viewer', 'providers:read', { summary: 'The catalogue', response: { 200: CatalogueJson } }),
    async () => {
      await playbooks.refresh();
      return {
        items: catalogue.providers.map(({ key, name, operator, kind, aliases, domains }) => ({
          ...{ key, name, operator: operator ?? null, kind, aliases, domains },
        })),
        next: null,
      };
    },
  );

  app.get(
    '/providers/:key',
    route('viewer', 'providers:read', {
      summary:
        'What is known of one provider, with what people changed; with asOf, its incidents as of that day',
      params: ProviderParams,
      querystring: Type.Object({ ...PageQuery, ...AsOfQuery }),
      response: { 200: ProviderJson },
    }),
    async (request) => {
      const provider = await playbooks.getProvider(request.params.key);
      const { asOf: day, zone = viewerOf(request).timeZone, cursor, limit = 50 } = request.query;
      if (day === undefined) return provider;
      if (!isTimeZone(zone)) throw invalid('zone', 'There is no such time zone.');
      const asked = { day, zone, now: new Date(), after: placeOf(cursor, day), limit };
      return { key: provider.key, ...asOfJson(await asOf(app.desk, { provider: provider.key }, asked)) };
    },
  );

  app.post(
    '/providers',
    route('operator', 'providers:write', {
      summary: 'Add a provider that no release knows; facts of its playbook are set one by one',
      body: OwnBody,
      response: { 201: Type.Object({ key: Type.String() }) },
    }),
    async (request, reply) => {
      const key = await changing(request, (trx) =>
        addOwn(trx, actorOf(request), playbooks.builtIn, request.body),
      );
      return reply.code(201).send({ key });
    },
  );

  app.put(
    '/providers/:key',
    route('operator', 'providers:write', {
      summary: 'Change what is said of an own provider; its other facts stay',
      params: ProviderParams,
      querystring: Type.Object({ version: Type.Optional(Version) }),
      body: OwnBody,
      response: NOTHING,
    }),
    async (request, reply) => {
      const { key } = request.params;
      const { version } = request.query;
      const change = (trx: Trx) =>
        changeOwn(trx, actorOf(request), playbooks.builtIn, key, request.body, version);
      await changing(request, change);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/providers/:key',
    route('operator', 'providers:write', {
      summary: 'Take an own provider without incidents out of the catalogue',
      params: ProviderParams,
      response: NOTHING,
    }),
    async (request, reply) => {
      const { key } = request.params;
      await changing(request, (trx) => removeOwn(trx, actorOf(request), key));
      return reply.code(204).send(null);
    },
  );
};
