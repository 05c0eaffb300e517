import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { PageQuery, pageOf } from '../web/api.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiKey } from '../web/idempotency.ts';
import { once } from '../web/once.ts';
import { AttemptJson, attemptJson, DeliveryJson, deliveryJson } from './json.ts';
import { replay } from './lines.ts';
import { getDelivery, listDeliveries } from './log.ts';
import { DeliveryParams, logCursor, SHOWN, SHOWN_KEYS, TargetParams } from './params.ts';
import { getTarget } from './targets.ts';

const tags = ['webhooks'];
const Replayed = Type.Object({ replayed: Type.Integer({ description: 'how many are sent once more' }) });

/** The log of a webhook over the API, and replay. */
export const webhookLogApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  const reads = { config: { access: 'admin', scope: 'webhooks:read' } } as const;
  const writes = { config: { access: 'admin', scope: 'webhooks:write' } } as const;

  app.get(
    '/webhooks/:id/deliveries',
    {
      ...reads,
      schema: {
        tags,
        summary:
          'Deliveries of a webhook, newest first; settled ones are kept for 14 days, failed ones for 30',
        params: TargetParams,
        querystring: Type.Object({ ...PageQuery, show: Type.Optional(Type.Enum(SHOWN_KEYS)) }),
        response: { 200: pageOf(DeliveryJson) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { limit = 50, cursor, show = 'all' } = request.query;
      await getTarget(db, id);
      const [before] = readCursor(cursor, logCursor(id, show), ['id']) ?? [];
      const page = await listDeliveries(db, id, { states: SHOWN[show], limit, before });
      return {
        items: page.deliveries.map(deliveryJson),
        next: page.next === null ? null : writeCursor(logCursor(id, show), [page.next]),
      };
    },
  );

  app.get(
    '/webhooks/:id/deliveries/:delivery',
    {
      ...reads,
      schema: {
        tags,
        summary: 'A delivery with its attempts, the last first',
        params: DeliveryParams,
        response: { 200: Type.Object({ ...DeliveryJson.properties, log: Type.Array(AttemptJson) }) },
      },
    },
    async (request) => {
      await getTarget(db, request.params.id);
      const { delivery, attempts } = await getDelivery(db, request.params.id, request.params.delivery);
      return { ...deliveryJson(delivery), log: attempts.map(attemptJson) };
    },
  );

  /** Sends one or all that failed once more, once for the request’s key. */
  async function again(request: FastifyRequest, what: string, target: number, delivery?: number) {
    const answer = await once(
      db,
      { actor: actorOf(request), key: apiKey(request), what, input: null },
      async (trx) => ({ status: 200, body: await replay(trx, target, delivery) }),
    );
    return { replayed: answer.body as number };
  }

  app.post(
    '/webhooks/:id/deliveries/:delivery/replay',
    {
      ...writes,
      schema: {
        tags,
        summary: 'Send a settled delivery once more, under the same webhook-id',
        params: DeliveryParams,
        response: { 200: Replayed },
      },
    },
    async (request) => {
      const { id, delivery } = request.params;
      await getDelivery(db, id, delivery);
      return again(request, `POST /webhooks/${id}/deliveries/${delivery}/replay`, id, delivery);
    },
  );

  app.post(
    '/webhooks/:id/replay',
    {
      ...writes,
      schema: {
        tags,
        summary: 'Send all that failed once more, the oldest 10,000',
        params: TargetParams,
        response: { 200: Replayed },
      },
    },
    async (request) => again(request, `POST /webhooks/${request.params.id}/replay`, request.params.id),
  );
};
