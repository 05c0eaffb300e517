import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { PageQuery } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { WebhookEvent } from './event.ts';
import { EXAMPLES } from './examples.ts';
import { replay } from './lines.ts';
import { countBacklogs, getDelivery, listDeliveries } from './log.ts';
import { attemptView, bodyText, deliveryView, targetView } from './page.ts';
import { DeliveryParams, logCursor, SHOWN, TargetParams } from './params.ts';
import { getTarget } from './targets.ts';

const TABS = { all: 'All', waiting: 'Waiting', delivered: 'Delivered', failed: 'Given up' } as const;
type Tab = keyof typeof TABS;

const LogQuery = Type.Object({
  show: Type.Optional(Type.Enum(Object.keys(TABS) as Tab[])),
  cursor: PageQuery.cursor,
});

const HERE = '/settings/webhooks';
const ON_A_PAGE = 50;

/** The log of a webhook, a page for each delivery, replay; and how events are written and verified. */
export const webhookLogPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const admin = { config: { access: 'admin' } } as const;

  app.get(`${HERE}/format`, { config: { access: 'viewer' } }, async (_request, reply) =>
    reply.page('webhooks/format', { schema: JSON.stringify(WebhookEvent, null, 2), ...EXAMPLES }),
  );

  app.get(
    `${HERE}/:id/deliveries`,
    { ...admin, schema: { params: TargetParams, querystring: LogQuery } },
    async (request, reply) => {
      const { id } = request.params;
      const { show = 'all', cursor } = request.query;
      const row = await getTarget(db, id);
      const [before] = readCursor(cursor, logCursor(id, show), ['id']) ?? [];
      const [backlogs, page] = await Promise.all([
        countBacklogs(db, [id]),
        listDeliveries(db, id, { states: SHOWN[show], limit: ON_A_PAGE, before }),
      ]);
      const here = `${HERE}/${id}/deliveries`;
      const next = page.next === null ? '' : writeCursor(logCursor(id, show), [page.next]);
      return reply.page('webhooks/log', {
        target: targetView(row, backlogs.get(id), catalogue),
        show,
        tabs: Object.entries(TABS).map(([key, name]) => ({
          name,
          href: key === 'all' ? here : `${here}?show=${key}`,
          current: key === show,
        })),
        log: page.deliveries.map(deliveryView),
        next: next && `${here}?${new URLSearchParams({ ...(show === 'all' ? {} : { show }), cursor: next })}`,
      });
    },
  );

  app.get(
    `${HERE}/:id/deliveries/:delivery`,
    { ...admin, schema: { params: DeliveryParams } },
    async (request, reply) => {
      const target = await getTarget(db, request.params.id);
      const { delivery, attempts } = await getDelivery(db, target.id, request.params.delivery);
      return reply.page('webhooks/delivery', {
        target: targetView(target, undefined, catalogue),
        delivery: deliveryView(delivery),
        attempts: attempts.map(attemptView),
        body: bodyText(target, delivery),
      });
    },
  );

  app.post(
    `${HERE}/:id/deliveries/:delivery/replay`,
    { ...admin, schema: { params: DeliveryParams } },
    async (request, reply) => {
      const { id, delivery } = request.params;
      await formOnce(db, request, { what: `replay delivery ${delivery}` }, (trx) =>
        replay(trx, id, delivery),
      );
      return reply.done(`${HERE}/${id}/deliveries/${delivery}`, 'Sent once more, under the same id.');
    },
  );

  app.post(`${HERE}/:id/replay`, { ...admin, schema: { params: TargetParams } }, async (request, reply) => {
    const { id } = request.params;
    const many = await formOnce(db, request, { what: `replay webhook ${id}` }, (trx) => replay(trx, id));
    return reply.done(
      `${HERE}/${id}/deliveries`,
      many === 1 ? '1 event is sent once more.' : `${many} events are sent once more.`,
    );
  });
};
