import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { closed, type Static, Type } from '../json-schema.ts';
import { recordOnce } from '../mail-in/record-once.ts';
import { invalid } from '../problem.ts';
import { Verdict } from '../providers/schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { pastMoment } from '../web/moment.ts';
import { takeOctets } from '../web/octets.ts';
import { Channel } from './channels.ts';
import { hasFields } from './entered-fields.ts';
import { EnteredFields, MessageJson, messageJson } from './json.ts';
import { MessageParams } from './message-params.ts';
import { getMessage, listMessages } from './store.ts';
import { type GivenMessage, readMessage } from './take-message.ts';
import { correctVerdict } from './verdict-store.ts';

const route = apiRoutes('correspondence');

const MessageBody = Type.Object(
  {
    direction: Type.Enum(['in', 'out']),
    from: Type.Optional(Type.String({ maxLength: 2000 })),
    to: Type.Optional(Type.String({ maxLength: 2000 })),
    subject: Type.Optional(Type.String({ maxLength: 500 })),
    body: Type.String({ minLength: 1 }),
    sentAt: Type.Optional(Type.String({ format: 'date-time' })),
    channel: Type.Optional(Channel),
    reference: Type.Optional(Type.String({ maxLength: 120 })),
    fields: Type.Optional(EnteredFields),
  },
  closed,
);

export const correspondenceApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  takeOctets(app, ['message/rfc822'], MAX_REPORT_BYTES);

  app.get(
    '/incidents/:number/messages',
    route('viewer', 'messages:read', {
      summary: 'Messages, oldest first',
      params: NumberParams,
      ...paged(MessageJson),
    }),
    async (request) => {
      const { number } = request.params;
      const { limit = 50, cursor } = request.query;
      const list = `messages/${number}`;
      const held = readCursor(cursor, list, ['time', 'id']);
      await getIncident(db, number);
      const page = await listMessages(db, number, {
        limit,
        after: held && { at: held[0], id: held[1] },
      });
      return {
        items: page.items.map(messageJson),
        next: page.next && writeCursor(list, [page.next.at, page.next.id]),
      };
    },
  );

  app.post(
    '/incidents/:number/messages',
    {
      ...route('operator', 'messages:write', {
        summary: 'Record a message: JSON, or a raw message/rfc822 body',
        params: NumberParams,
        querystring: Type.Object({
          direction: Type.Optional(
            Type.Enum(['in', 'out'], {
              description: 'of a raw mail; left out: in. JSON says it in its body',
            }),
          ),
        }),
        body: { content: { 'application/json': { schema: MessageBody }, 'message/rfc822': { schema: {} } } },
        response: { 201: MessageJson },
      }),
      bodyLimit: MAX_REPORT_BYTES,
    },
    async (request, reply) => {
      const { number } = request.params;
      const incident = await getIncident(db, number);
      const given = givenOf(request.body as Static<typeof MessageBody> | Buffer, request.query.direction);
      const message = await readMessage(given, { catalogue, provider: incident.provider });
      const recorded = await apiOnce(db, request, async (trx) => {
        const id = await recordOnce(trx, actorOf(request), catalogue, number, message, {
          way: 'api',
          provider: incident.provider,
        });
        return messageJson(await getMessage(trx, number, id));
      });
      return reply.code(201).send(recorded);
    },
  );

  app.patch(
    '/incidents/:number/messages/:id',
    route('operator', 'messages:write', {
      summary: 'Correct the verdict of an answer',
      params: MessageParams,
      body: Type.Object({ verdict: Verdict }, closed),
      response: { 200: MessageJson },
    }),
    async (request) => {
      const { number, id } = request.params;
      return db.transaction().execute(async (trx) => {
        await correctVerdict(trx, actorOf(request), number, id, request.body.verdict, catalogue);
        return messageJson(await getMessage(trx, number, id));
      });
    },
  );
};

function givenOf(body: Static<typeof MessageBody> | Buffer, direction: string | undefined): GivenMessage {
  if (Buffer.isBuffer(body)) {
    if (body.length === 0) throw invalid('body', 'The message is empty.');
    return { direction: direction === 'out' ? 'out' : 'in', channel: 'email', rawMail: body };
  }
  const { direction: way, from, to, subject, sentAt, channel, reference, fields } = body;
  if (fields && (way !== 'out' || !hasFields(channel ?? 'email')))
    throw invalid('fields', 'Only what we send by form or portal has fields.');
  return {
    direction: way,
    channel: channel ?? 'email',
    rawMail: null,
    from,
    to,
    subject,
    text: body.body,
    at: sentAt ? pastMoment('sentAt', sentAt) : undefined,
    reference,
    formFields: fields,
  };
}
