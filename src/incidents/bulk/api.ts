import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, IdParams, orNull, SmallId, Type } from '../../json-schema.ts';
import { TAGS_PER_INCIDENT, tagName } from '../../tags/tag.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { apiRoutes } from '../../web/api-route.ts';
import { apiOnce } from '../../web/idempotency.ts';
import { SEVERITIES, STATES } from '../incidents.ts';
import { ACTIONS, BULK_MAX } from './action.ts';
import { readAsked } from './asked.ts';
import { runBulk, undoBulk } from './store.ts';

const route = apiRoutes('incidents');
const Number_ = SmallId;
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
    route('operator', 'incidents:write', {
      summary: `Do the same to up to ${BULK_MAX} incidents; it can be undone for ten minutes`,
      body: Type.Object(
        {
          numbers: Type.Array(Number_, { minItems: 1, maxItems: BULK_MAX }),
          action: Type.Enum([...ACTIONS]),
          /** For assign; null or left out: nobody. */
          assigneeId: Type.Optional(orNull(Number_)),
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
    }),
    async (request) => {
      const { numbers, until, ...given } = request.body;
      const asked = readAsked({
        ...given,
        tags: given.tags?.map((name) => tagName(name)),
        userId: given.userId ?? viewerOf(request).userId,
        until: until === undefined ? undefined : new Date(until),
      });
      return apiOnce(db, request, async (trx) => {
        const result = await runBulk(trx, actorOf(request), numbers, asked, { catalogue, now: new Date() });
        return { ...result, undoUntil: result.undoUntil.toISOString() };
      });
    },
  );

  app.post(
    '/incidents/bulk/:id/undo',
    route('operator', 'incidents:write', {
      summary: 'Take it back where nothing changed since; says what stays and why',
      params: IdParams,
      response: { 200: UndoJson },
    }),
    async (request) => {
      const { id } = request.params;
      return apiOnce(db, request, (trx) =>
        undoBulk(trx, viewerOf(request), id, { catalogue, now: new Date() }),
      );
    },
  );
};
