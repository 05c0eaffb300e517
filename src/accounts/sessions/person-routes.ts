import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from '../../json-schema.ts';
import { notFound } from '../../problem.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readForm } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { PASSWORD_MAX } from '../accounts.ts';
import { provePassword } from '../own-request.ts';
import { factorsOf, hasSecondFactor } from '../second-factor/store.ts';
import { takeFactors } from '../second-factor/take.ts';
import { endOne } from './routes.ts';
import { sessionRows } from './rows.ts';
import { endSessions, noteEnded } from './store.ts';

const Id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
const PersonParams = Type.Object({ id: Id });
const BothParams = Type.Object({ id: Id, session: Id });
const PasswordForm = Type.Object({ current: Type.Optional(Type.String({ maxLength: PASSWORD_MAX })) });

const ADMIN = { access: 'admin' } as const;

/** What an administrator sees of how another person is signed in, and ends of it. */
export const personSessionPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  const pageOf = (id: number) => `/settings/users/${id}/sessions`;

  async function view(request: FastifyRequest, id: number, problem = '') {
    const person = await db
      .selectFrom('users')
      .select(['id', 'name', 'email'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!person) throw notFound('such person');
    const [sessions, factors] = await Promise.all([sessionRows(request, id), factorsOf(db, id)]);
    return {
      ...person,
      ...factors,
      hasFactor: hasSecondFactor(factors),
      sessions,
      path: pageOf(id),
      problem,
    };
  }

  app.get(
    '/settings/users/:id/sessions',
    { config: ADMIN, schema: { params: PersonParams } },
    async (request, reply) => reply.page('settings/person-sessions', await view(request, request.params.id)),
  );

  app.post(
    '/settings/users/:id/sessions/:session/ending',
    { config: ADMIN, schema: { params: BothParams } },
    (request, reply) => {
      const { id, session } = request.params;
      return endOne(request, reply, { userId: id, id: session, back: pageOf(id) });
    },
  );

  app.post(
    '/settings/users/:id/sessions/ending',
    { config: ADMIN, schema: { params: PersonParams } },
    async (request, reply) => {
      const { id } = request.params;
      const { name } = await view(request, id);
      await db.transaction().execute(async (trx) => {
        if ((await endSessions(trx, id)) > 0) await noteEnded(trx, actorOf(request), id);
      });
      return reply.done(pageOf(id), `All sessions of ${name} have ended.`);
    },
  );

  app.post(
    '/settings/users/:id/second-factor/removal',
    { config: ADMIN, schema: { params: PersonParams } },
    (request, reply) => {
      const { id } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const { name } = await view(request, id);
          await provePassword(request, readForm(PasswordForm, request.body).current);
          await formOnce(db, request, { what: 'take second factor', input: id }, async (trx) => {
            await takeFactors(trx, app.desk, id, 'an administrator');
            return { status: 303, body: null };
          });
          return reply.done(
            pageOf(id),
            `${name} signs in with the password alone until they set up a factor.`,
          );
        },
        async (problem) => ({
          view: 'settings/person-sessions',
          data: await view(request, id, problem.fields['current'] ?? problem.message),
        }),
      );
    },
  );
};
