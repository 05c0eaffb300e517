import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Channel } from '../correspondence/channels.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { Id, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { closeTicket, ensureTicket } from './store.ts';

const TicketForm = Type.Object({
  reference: Type.String({
    minLength: 1,
    maxLength: 120,
    description: 'the reference as the provider writes it',
  }),
  channel: Channel,
  address: Type.Optional(Type.String({ maxLength: 500 })),
});
const TicketParams = Type.Object({ ...NumberParams.properties, id: Id });

export const ticketPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.post(
    '/incidents/:number/tickets',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      const form = readForm(TicketForm, request.body);
      await getIncident(db, number);
      await formOnce(db, request, { what: `ticket ${number}` }, async (trx) => {
        await ensureTicket(trx, actorOf(request), number, form);
      });
      return reply.done(`/incidents/${number}`, `Ticket ${form.reference} recorded.`);
    },
  );

  app.post(
    '/incidents/:number/tickets/:id/closing',
    { config: { access: 'operator' }, schema: { params: TicketParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      await formOnce(db, request, { what: `close ticket ${id}` }, (trx) =>
        closeTicket(trx, actorOf(request), number, id),
      );
      return reply.done(`/incidents/${number}`, 'Ticket closed.');
    },
  );
};
