import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, SmallId, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { apiRoutes, NOTHING } from '../../web/api-route.ts';
import { apiOnce } from '../../web/idempotency.ts';
import { NumberParams } from '../number-params.ts';
import { LINK_KINDS, linkWords } from './kinds.ts';
import { linksOf, sayLink, unlink } from './store.ts';

const route = apiRoutes('incidents');
const IncidentNumber = SmallId;

/** What people say of two incidents. */
const LinksJson = Type.Object({
  links: Type.Array(
    Type.Object({ number: Type.Integer(), title: Type.String(), kind: Type.String(), words: Type.String() }),
  ),
});

export const linkApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.post(
    '/incidents/:number/links',
    route('operator', 'incidents:write', {
      summary: 'Say what an incident is to another; answers with all its links',
      params: NumberParams,
      body: Type.Object({ number: IncidentNumber, kind: Type.Optional(Type.Enum([...LINK_KINDS])) }, closed),
      response: { 200: LinksJson },
    }),
    async (request) => {
      const { number } = request.params;
      const { number: other, kind = 'related' } = request.body;
      return apiOnce(db, request, async (trx) => {
        await sayLink(trx, actorOf(request), number, { other, kind });
        const links = (await linksOf(trx, [number])).get(number) ?? [];
        return {
          links: links.map((link) => ({
            number: link.number,
            title: link.title,
            kind: link.kind,
            words: linkWords(link.kind, link.reads),
          })),
        };
      });
    },
  );

  app.delete(
    '/incidents/:number/links/:other',
    route('operator', 'incidents:write', {
      summary: 'Take back what a person said of two incidents',
      params: Type.Object({ number: IncidentNumber, other: IncidentNumber }),
      response: NOTHING,
    }),
    async (request, reply) => {
      const { number, other } = request.params;
      await db.transaction().execute((trx) => unlink(trx, actorOf(request), number, other));
      return reply.code(204).send(null);
    },
  );
};
