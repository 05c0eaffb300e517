import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, SmallId, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { apiRoutes } from '../../web/api-route.ts';
import { apiOnce } from '../../web/idempotency.ts';
import { NumberParams } from '../number-params.ts';
import { getIncident } from '../store.ts';
import { likelyDuplicates, mergeInto, mergesInto, undoMerge } from './store.ts';

const route = apiRoutes('incidents');
const IncidentNumber = SmallId;
const MergedJson = Type.Object({ merged: Type.Integer(), survivor: Type.Integer() });

/** Duplicates become parts of another incident, and incidents of their own again. */
export const mergeApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.post(
    '/incidents/:number/merge',
    route('operator', 'incidents:write', {
      summary: 'Make a duplicate a part of another incident of the same provider',
      params: NumberParams,
      body: Type.Object(
        { into: IncidentNumber, reason: Type.Optional(Type.String({ maxLength: 2000 })) },
        closed,
      ),
      response: { 200: MergedJson },
    }),
    async (request) => {
      const { number } = request.params;
      const { into, reason = '' } = request.body;
      return apiOnce(db, request, async (trx) => {
        await mergeInto(trx, actorOf(request), number, { into, reason, now: new Date() });
        return { merged: number, survivor: into };
      });
    },
  );

  app.post(
    '/incidents/:number/merges/:merged/undo',
    route('operator', 'incidents:write', {
      summary: 'Undo a merge: what moved with it goes back, what came afterwards stays',
      params: Type.Object({ number: IncidentNumber, merged: IncidentNumber }),
      response: { 200: MergedJson },
    }),
    async (request) => {
      const { merged, number: survivor } = request.params;
      return apiOnce(db, request, async (trx) => {
        await undoMerge(trx, actorOf(request), { merged, survivor }, new Date());
        return { merged, survivor };
      });
    },
  );

  app.get(
    '/incidents/:number/merges',
    route('viewer', 'incidents:read', {
      summary: 'What is a part of an incident, the newest merge first, and what is likely the same block',
      params: NumberParams,
      response: {
        200: Type.Object({
          parts: Type.Array(
            Type.Object({
              number: Type.Integer(),
              title: Type.String(),
              reason: Type.String(),
              at: Type.String({ format: 'date-time' }),
              by: Type.String(),
              undoable: Type.Boolean(),
            }),
          ),
          likelyDuplicates: Type.Array(
            Type.Object({ number: Type.Integer(), title: Type.String(), state: Type.String() }),
          ),
        }),
      },
    }),
    async (request) => {
      const { number } = request.params;
      const row = await getIncident(db, number);
      const [parts, likely] = await Promise.all([mergesInto(db, number), likelyDuplicates(db, row)]);
      return {
        parts: parts.map(({ merged, title, reason, at, by_name: by, undoable }) => ({
          number: merged,
          title,
          reason,
          at: at.toISOString(),
          by,
          undoable,
        })),
        likelyDuplicates: likely.map(({ number: other, title, state }) => ({ number: other, title, state })),
      };
    },
  );
};
