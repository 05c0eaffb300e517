import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { Id, Type } from '../json-schema.ts';
import { letterToAnswer } from '../letters/next-letter.ts';
import { MAIL_LOOKS } from '../mail-out/mail-looks.ts';
import { conversationSize, readConversation } from './conversation-store.ts';
import { messageView } from './message-page.ts';

/** The conversation with the provider: what we wrote and what came back, as one page. */
export const conversationPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;

  app.get(
    '/incidents/:number/conversation',
    {
      config: { access: 'viewer' },
      schema: { params: NumberParams, querystring: Type.Object({ until: Type.Optional(Id) }) },
    },
    async (request, reply) => {
      const { number } = request.params;
      const { until } = request.query;
      const incident = await getIncident(db, number);
      const provider = catalogue.byKey.get(incident.provider);
      const them = provider?.name ?? incident.provider;
      const [size, page, answer] = await Promise.all([
        conversationSize(db, number),
        readConversation(db, number, until),
        letterToAnswer(db, letters, incident, provider),
      ]);
      const last = page.messages.at(-1)?.id;
      return reply.page('correspondence/conversation', {
        number,
        incidentTitle: incident.title,
        them,
        total: size.n,
        messages: page.messages.map((message) => ({
          ...messageView(message, message.attachments, them),
          isCut: message.is_cut,
          dispatch: message.dispatch && MAIL_LOOKS[message.dispatch],
          isOpen: message.id === last,
        })),
        earlier: page.earlier,
        isNewest: last === undefined || last === size.newest,
        answer,
      });
    },
  );
};
