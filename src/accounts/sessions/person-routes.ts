import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { SmallId, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readForm } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { CurrentField, IdParams } from '../form-fields.ts';
import { provePassword } from '../own-request.ts';
import { factorsOf, hasSecondFactor } from '../second-factor/store.ts';
import { takeFactors } from '../second-factor/take.ts';
import { getUser } from '../store.ts';
import { endOne } from './routes.ts';
import { sessionRows } from './rows.ts';
import { endSessions, noteEnded } from './store.ts';

const BothParams = Type.Object({ id: SmallId, session: SmallId });
const PasswordForm = Type.Object({ current: CurrentField });

const ADMIN = { access: 'admin' } as const;

/** What an administrator sees of how another person is signed in, and ends of it. */
export const personSessionPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  const pageOf = (id: number) => `/settings/users/${id}/sessions`;

  async function view(request: FastifyRequest, id: number, problem = '') {
    const { name, email } = await getUser(db, id);
    const [sessions, factors] = await Promise.all([sessionRows(request, id), factorsOf(db, id)]);
    return {
      ...{ id, name, email },
      ...factors,
      hasFactor: hasSecondFactor(factors),
      sessions,
      path: pageOf(id),
      problem,
    };
  }

  app.get(
    '/settings/users/:id/sessions',
    { config: ADMIN, schema: { params: IdParams } },
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
    { config: ADMIN, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      const { name } = await getUser(db, id);
      await db.transaction().execute(async (trx) => {
        if ((await endSessions(trx, id)) > 0) await noteEnded(trx, actorOf(request), id);
      });
      return reply.done(pageOf(id), `All sessions of ${name} have ended.`);
    },
  );

  app.post(
    '/settings/users/:id/second-factor/removal',
    { config: ADMIN, schema: { params: IdParams } },
    (request, reply) => {
      const { id } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const { name } = await getUser(db, id);
          await provePassword(request, readForm(PasswordForm, request.body).current);
          await formOnce(db, request, { what: 'take second factor', input: id }, async (trx) => {
            await takeFactors(trx, app.desk, id, { by: actorOf(request), who: 'an administrator' });
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
