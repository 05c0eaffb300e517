import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, orNull, type Static, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, NOTHING } from '../web/api-route.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { getProgramme, listMemberships, removeMembership, saveMembership } from './memberships.ts';
import { type MembershipAgain, programmesView } from './programme-page.ts';
import { isInForce, PROGRAMMES, STANDINGS } from './programmes.ts';

const route = apiRoutes('profile');

const Params = Type.Object({ key: Type.String({ maxLength: 60 }) });
const Day = Type.String({ format: 'date', description: 'a date such as 2026-03-10' });
const MembershipForm = Type.Object({
  standing: Type.Enum([...STANDINGS], { description: 'one of the list' }),
  since: Type.Optional(Day),
  expiresOn: Type.Optional(Day),
  reference: Type.Optional(Type.String({ maxLength: 200 })),
  version: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
});

const PAGE = '/settings/programmes';
const today = () => new Date().toISOString().slice(0, 10);

export const programmePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  const view = async (again?: MembershipAgain, problem = '') => ({
    ...programmesView(await listMemberships(db), today(), again),
    problem,
  });

  app.get(PAGE, { config: { access: 'viewer' } }, async (_request, reply) =>
    reply.page('profile/programmes', await view()),
  );

  app.post(
    `${PAGE}/:key`,
    { config: { access: 'operator' }, schema: { params: Params } },
    async (request, reply) => {
      const { key, name } = getProgramme(request.params.key);
      return orFormAgain(
        reply,
        async () => {
          const { standing, since, expiresOn, reference, version } = readForm(MembershipForm, request.body);
          const facts = {
            standing,
            since: since ?? null,
            expiresOn: expiresOn ?? null,
            reference: reference?.trim() ?? '',
          };
          await formOnce(db, request, { what: `membership ${key}` }, async (trx) => {
            await saveMembership(trx, actorOf(request), key, facts, version);
          });
          return reply.done(`${PAGE}#${key}`, `${name}: saved.`);
        },
        async (problem) => {
          const { version: _, ...typed } = typedAgain(request.body, ['since', 'expiresOn', 'reference']);
          return {
            view: 'profile/programmes',
            data: await view({ key, typed, errors: problem.fields }, problem.message),
          };
        },
      );
    },
  );

  app.post(
    `${PAGE}/:key/removal`,
    { config: { access: 'operator' }, schema: { params: Params } },
    async (request, reply) => {
      const { key, name } = getProgramme(request.params.key);
      await formOnce(db, request, { what: `forget membership ${key}` }, async (trx) => {
        await removeMembership(trx, key, actorOf(request));
      });
      return reply.done(PAGE, `${name}: forgotten.`);
    },
  );
};

const Maybe = orNull(Type.String());
const MembershipJson = Type.Object({
  standing: Type.String(),
  since: Maybe,
  expiresOn: Maybe,
  reference: Type.String(),
  inForce: Type.Boolean(),
});
const ProgrammeJson = Type.Object({
  key: Type.String(),
  name: Type.String(),
  whose: Type.String(),
  url: Maybe,
  facts: Type.Array(
    Type.Object({
      about: Type.String(),
      text: Type.String(),
      source: Type.String(),
      verified: Type.Boolean(),
    }),
  ),
  membership: orNull(MembershipJson),
});
const Body = Type.Object(
  {
    standing: Type.Enum([...STANDINGS]),
    since: Type.Optional(orNull(Type.String({ format: 'date' }))),
    expiresOn: Type.Optional(orNull(Type.String({ format: 'date' }))),
    reference: Type.Optional(Type.String({ maxLength: 200 })),
  },
  closed,
);

export const programmeApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  async function read(): Promise<Static<typeof ProgrammeJson>[]> {
    const rows = await listMemberships(db);
    return PROGRAMMES.map(({ key, name, whose, url = null, facts }) => {
      const row = rows.find(({ programme }) => programme === key);
      return {
        ...{ key, name, whose, url, facts },
        membership: row
          ? {
              standing: row.standing,
              since: row.since,
              expiresOn: row.expires_on,
              reference: row.reference,
              inForce: isInForce(row, today()),
            }
          : null,
      };
    });
  }

  app.get(
    '/programmes',
    route('viewer', 'profile:read', {
      summary: 'Certification programmes: what they bring, ask and cost, and how we stand in each',
      response: { 200: Type.Object({ items: Type.Array(ProgrammeJson) }) },
    }),
    async () => ({ items: await read() }),
  );

  app.put(
    '/programmes/:key',
    route('operator', 'profile:write', {
      summary: 'Record how we stand in a programme; the profile’s programmes follow',
      params: Params,
      body: Body,
      response: { 200: ProgrammeJson },
    }),
    async (request) => {
      const { key } = getProgramme(request.params.key);
      const { standing, since = null, expiresOn = null, reference = '' } = request.body;
      await db
        .transaction()
        .execute((trx) =>
          saveMembership(trx, actorOf(request), key, { standing, since, expiresOn, reference }),
        );
      return (await read()).find((one) => one.key === key) as Static<typeof ProgrammeJson>;
    },
  );

  app.delete(
    '/programmes/:key',
    route('operator', 'profile:write', {
      summary: 'Forget what was recorded of a programme',
      params: Params,
      response: NOTHING,
    }),
    async (request, reply) => {
      const { key } = getProgramme(request.params.key);
      await db.transaction().execute((trx) => removeMembership(trx, key, actorOf(request)));
      return reply.code(204).send(null);
    },
  );
};
