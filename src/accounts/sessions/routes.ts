import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalid, notFound } from '../../problem.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { sessionHashOf } from '../../web/identify.ts';
import { IdParams } from '../form-fields.ts';
import { sessionRows } from './rows.ts';
import { endSession, endSessions, isSession, noteEnded } from './store.ts';

const HERE = '/settings/sessions';

/** Ends one session of a person, once for each form that was served. */
export async function endOne(
  request: FastifyRequest,
  reply: FastifyReply,
  { userId, id, back }: { userId: number; id: number; back: string },
): Promise<FastifyReply> {
  await formOnce(
    request.server.desk.db,
    request,
    { what: 'end session', input: [userId, id] },
    async (trx) => {
      if (await isSession(trx, id, sessionHashOf(request)))
        throw invalid('id', 'This is the session that you are in. To end it, sign out.');
      if (!(await endSession(trx, userId, id))) throw notFound('such session; it may have ended already');
      await noteEnded(trx, actorOf(request), userId);
    },
  );
  return reply.done(back, 'That session has ended.');
}

/** A person's own sessions. */
export const sessionPages: FastifyPluginAsyncTypebox = async (app) => {
  const ownId = (request: FastifyRequest) => viewerOf(request).userId ?? 0;

  app.get(HERE, { config: { access: 'viewer' } }, async (request, reply) => {
    const sessions = await sessionRows(request, ownId(request));
    return reply.page('settings/sessions', { sessions, hasOthers: sessions.length > 1, path: HERE });
  });

  app.post(
    `${HERE}/:id/ending`,
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    (request, reply) => endOne(request, reply, { userId: ownId(request), id: request.params.id, back: HERE }),
  );

  app.post(`${HERE}/ending`, { config: { access: 'viewer' } }, async (request, reply) => {
    await app.desk.db.transaction().execute(async (trx) => {
      const ended = await endSessions(trx, ownId(request), sessionHashOf(request));
      if (ended > 0) await noteEnded(trx, actorOf(request), ownId(request));
    });
    return reply.done(HERE, 'Your other sessions have ended.');
  });
};
