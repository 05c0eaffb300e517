import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from '../json-schema.ts';
import { apiRoutes, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import { AttemptJson, attemptJson, DeliveryJson, deliveryJson } from './json.ts';
import { replay } from './lines.ts';
import { getDelivery, listDeliveries } from './log.ts';
import { DeliveryParams, logCursor, SHOWN, SHOWN_KEYS, TargetParams } from './params.ts';
import { getTarget } from './targets.ts';

const route = apiRoutes('webhooks');
const Replayed = Type.Object({ replayed: Type.Integer({ description: 'how many are sent once more' }) });

/** The log of a webhook over the API, and replay. */
export const webhookLogApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/webhooks/:id/deliveries',
    route('admin', 'webhooks:read', {
      summary: 'Deliveries of a webhook, newest first; settled ones are kept for 14 days, failed ones for 30',
      params: TargetParams,
      ...paged(DeliveryJson, { show: Type.Optional(Type.Enum(SHOWN_KEYS)) }),
    }),
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
    route('admin', 'webhooks:read', {
      summary: 'A delivery with its attempts, the last first',
      params: DeliveryParams,
      response: { 200: Type.Object({ ...DeliveryJson.properties, log: Type.Array(AttemptJson) }) },
    }),
    async (request) => {
      await getTarget(db, request.params.id);
      const { delivery, attempts } = await getDelivery(db, request.params.id, request.params.delivery);
      return { ...deliveryJson(delivery), log: attempts.map(attemptJson) };
    },
  );

  /** Sends one or all that failed once more, once for the request’s key. */
  async function again(request: FastifyRequest, target: number, delivery?: number) {
    const replayed = await apiOnce(db, request, (trx) => replay(trx, target, delivery));
    return { replayed };
  }

  app.post(
    '/webhooks/:id/deliveries/:delivery/replay',
    route('admin', 'webhooks:write', {
      summary: 'Send a settled delivery once more, under the same webhook-id',
      params: DeliveryParams,
      response: { 200: Replayed },
    }),
    async (request) => {
      const { id, delivery } = request.params;
      await getDelivery(db, id, delivery);
      return again(request, id, delivery);
    },
  );

  app.post(
    '/webhooks/:id/replay',
    route('admin', 'webhooks:write', {
      summary: 'Send all that failed once more, the oldest 10,000',
      params: TargetParams,
      response: { 200: Replayed },
    }),
    async (request) => again(request, request.params.id),
  );
};
