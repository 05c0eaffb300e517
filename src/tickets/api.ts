import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Channel } from '../correspondence/channels.ts';
import type { TicketRow } from '../database/tables.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { closed, orNull, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { apiOnce } from '../web/idempotency.ts';
import { ensureTicket } from './store.ts';

const route = apiRoutes('tickets');

const TicketJson = Type.Object({
  id: Type.Integer(),
  reference: Type.String(),
  channel: Type.String(),
  url: orNull(Type.String()),
  state: Type.String(),
  openedAt: Type.String({ format: 'date-time' }),
});

const ticketJson = (row: TicketRow) => ({
  id: row.id,
  reference: row.reference,
  channel: row.channel,
  url: row.address || null,
  state: row.state,
  openedAt: row.opened_at.toISOString(),
});

export const ticketApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.post(
    '/incidents/:number/tickets',
    route('operator', 'messages:write', {
      summary: 'Open a ticket, or find the one with that reference',
      params: NumberParams,
      body: Type.Object(
        {
          reference: Type.String({ minLength: 1, maxLength: 120 }),
          channel: Channel,
          url: Type.Optional(Type.String({ maxLength: 500 })),
        },
        closed,
      ),
      response: { 201: TicketJson },
    }),
    async (request, reply) => {
      const { number } = request.params;
      await getIncident(db, number);
      const { reference, channel, url } = request.body;
      const ticket = await apiOnce(db, request, async (trx) =>
        ticketJson(await ensureTicket(trx, actorOf(request), number, { reference, channel, address: url })),
      );
      return reply.code(201).send(ticket);
    },
  );
};
