import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Trx } from '../../database/open.ts';
import { Type } from '../../json-schema.ts';
import { invalid, notFound } from '../../problem.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { SESSION_COOKIE } from '../../web/identify.ts';
import { hashSecret } from '../accounts.ts';
import { sessionRows } from './rows.ts';
import { endSession, endSessions, noteEnded } from './store.ts';

const SessionParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

const HERE = '/settings/sessions';

async function isOwn(trx: Trx, request: FastifyRequest, id: number): Promise<boolean> {
  const row = await trx.selectFrom('sessions').select('token_hash').where('id', '=', id).executeTakeFirst();
  const own = request.cookies[SESSION_COOKIE];
  return row !== undefined && own !== undefined && row.token_hash.equals(hashSecret(own));
}

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
      if (await isOwn(trx, request, id))
        throw invalid('id', 'This is the session that you are in. To end it, sign out.');
      if (!(await endSession(trx, userId, id))) throw notFound('such session; it may have ended already');
      await noteEnded(trx, actorOf(request), userId);
      return { status: 303, body: null };
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
    { config: { access: 'viewer' }, schema: { params: SessionParams } },
    (request, reply) => endOne(request, reply, { userId: ownId(request), id: request.params.id, back: HERE }),
  );

  app.post(`${HERE}/ending`, { config: { access: 'viewer' } }, async (request, reply) => {
    const own = request.cookies[SESSION_COOKIE];
    await app.desk.db.transaction().execute(async (trx) => {
      const ended = await endSessions(trx, ownId(request), own ? hashSecret(own) : undefined);
      if (ended > 0) await noteEnded(trx, actorOf(request), ownId(request));
    });
    return reply.done(HERE, 'Your other sessions have ended.');
  });
};
