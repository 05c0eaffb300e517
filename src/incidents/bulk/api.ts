import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Id, type Static, Type } from '../../json-schema.ts';
import { TAGS_PER_INCIDENT, tagName } from '../../tags/tag.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { apiOnce } from '../../web/api-once.ts';
import { SEVERITIES, STATES } from '../incidents.ts';
import { ACTIONS, BULK_MAX } from './action.ts';
import { readAsked } from './asked.ts';
import { runBulk, undoBulk } from './store.ts';

const closed = { additionalProperties: false };
const tags = ['incidents'];
const Number_ = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
const Left = Type.Array(Type.Object({ number: Type.Integer(), why: Type.String() }));
const BulkJson = Type.Object({
  id: Type.Integer(),
  words: Type.String(),
  changed: Type.Array(Type.Integer()),
  left: Left,
  undoUntil: Type.String({ format: 'date-time' }),
});
const UndoJson = Type.Object({ undone: Type.Array(Type.Integer()), kept: Left });

/** The same to many incidents, and back. */
export const bulkApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.post(
    '/incidents/bulk',
    {
      config: { access: 'operator', scope: 'incidents:write' },
      schema: {
        tags,
        summary: `Do the same to up to ${BULK_MAX} incidents; it can be undone for ten minutes`,
        body: Type.Object(
          {
            numbers: Type.Array(Number_, { minItems: 1, maxItems: BULK_MAX }),
            action: Type.Enum([...ACTIONS]),
            /** For assign; null or left out: nobody. */
            assigneeId: Type.Optional(Type.Union([Number_, Type.Null()])),
            /** For tag and untag. */
            tags: Type.Optional(
              Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: TAGS_PER_INCIDENT }),
            ),
            severity: Type.Optional(Type.Enum([...SEVERITIES])),
            /** For state, which needs a reason too. */
            state: Type.Optional(Type.Enum([...STATES])),
            reason: Type.Optional(Type.String({ maxLength: 2000 })),
            /** For watch and unwatch; left out: whoever asks. */
            userId: Type.Optional(Number_),
            /** For put-off. */
            until: Type.Optional(Type.String({ format: 'date-time' })),
          },
          closed,
        ),
        response: { 200: BulkJson },
      },
    },
    async (request, reply) => {
      const { numbers, until, ...given } = request.body;
      const asked = readAsked({
        ...given,
        tags: given.tags?.map((name) => tagName(name)),
        userId: given.userId ?? viewerOf(request).userId,
        until: until === undefined ? undefined : new Date(until),
      });
      const answer = await apiOnce(db, request, async (trx) => {
        const result = await runBulk(trx, actorOf(request), numbers, asked, { catalogue, now: new Date() });
        return { status: 200, body: { ...result, undoUntil: result.undoUntil.toISOString() } };
      });
      return reply.code(answer.status as 200).send(answer.body as Static<typeof BulkJson>);
    },
  );

  app.post(
    '/incidents/bulk/:id/undo',
    {
      config: { access: 'operator', scope: 'incidents:write' },
      schema: {
        tags,
        summary: 'Take it back where nothing changed since; says what stays and why',
        params: Type.Object({ id: Id }),
        response: { 200: UndoJson },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const answer = await apiOnce(db, request, async (trx) => ({
        status: 200,
        body: await undoBulk(trx, viewerOf(request), id, { catalogue, now: new Date() }),
      }));
      return reply.code(answer.status as 200).send(answer.body as Static<typeof UndoJson>);
    },
  );
};
