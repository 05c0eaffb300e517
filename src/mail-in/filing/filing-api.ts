import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { MessageJson, messageJson } from '../../correspondence/json.ts';
import type { Trx } from '../../database/open.ts';
import { closed, Id, IdParams, orNull, Type } from '../../json-schema.ts';
import { Problem } from '../../problem.ts';
import { actorOf } from '../../web/access.ts';
import { apiRoutes, paged } from '../../web/api-route.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { apiOnce } from '../../web/idempotency.ts';
import { acceptVerdict, moveMessage } from './filed.ts';
import { bringBack, getIncoming, listUnfiled, putAway } from './unfiled-store.ts';

const route = apiRoutes('correspondence');
const theMessage = { 200: MessageJson };

export const filingApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  /** Does something with a message once for its key, and answers with the message. */
  const change = (request: FastifyRequest, id: number, effect: (trx: Trx) => Promise<void>) =>
    apiOnce(db, request, async (trx) => {
      await effect(trx);
      return messageJson(await getIncoming(trx, id));
    });

  app.get(
    '/messages',
    route('viewer', 'mail:read', {
      summary: 'Mail that nobody has filed yet, or that was put away; newest first',
      ...paged(MessageJson, {
        unfiled: Type.Boolean({ description: 'true: unfiled; false: put away' }),
      }),
    }),
    async (request) => {
      const { limit = 50, cursor, unfiled } = request.query;
      const which = unfiled ? 'unfiled' : 'put-away';
      const list = `messages/${which}`;
      const held = readCursor(cursor, list, ['time', 'id']);
      const page = await listUnfiled(db, { limit, which, after: held && { at: held[0], id: held[1] } });
      return {
        items: page.items.map(messageJson),
        next: page.next && writeCursor(list, [page.next.at, page.next.id]),
      };
    },
  );

  app.get(
    '/messages/:id',
    route('viewer', 'mail:read', {
      summary: 'A message that came in, wherever it is filed',
      params: IdParams,
      response: theMessage,
    }),
    async (request) => messageJson(await getIncoming(db, request.params.id)),
  );

  app.post(
    '/messages/:id/filing',
    route('operator', 'mail:write', {
      summary: 'File a message with an incident, move it to another, or (null) take it back to Unfiled',
      params: IdParams,
      body: Type.Object({ incident: orNull(Id) }, closed),
      response: theMessage,
    }),
    async (request) => {
      const { id } = request.params;
      const { incident } = request.body;
      return change(request, id, (trx) => moveMessage(trx, actorOf(request), catalogue, id, incident));
    },
  );

  app.post(
    '/messages/:id/acceptance',
    route('operator', 'mail:write', {
      summary: 'Say that an unproven answer is really from the provider, so that its verdict counts',
      params: IdParams,
      response: theMessage,
    }),
    async (request) => {
      const { id } = request.params;
      const { incident_number: number } = await getIncoming(db, id);
      if (number === null)
        throw new Problem('invalid', 'The message is not filed: say first which incident it belongs to.');
      return change(request, id, (trx) => acceptVerdict(trx, actorOf(request), catalogue, number, id));
    },
  );

  app.post(
    '/messages/:id/putting-away',
    route('operator', 'mail:write', {
      summary: 'Put an unfiled message away',
      params: IdParams,
      response: theMessage,
    }),
    async (request) => {
      const { id } = request.params;
      return change(request, id, (trx) => putAway(trx, actorOf(request), id));
    },
  );

  app.post(
    '/messages/:id/bringing-back',
    route('operator', 'mail:write', {
      summary: 'Bring a message back that was put away',
      params: IdParams,
      response: theMessage,
    }),
    async (request) => {
      const { id } = request.params;
      return change(request, id, (trx) => bringBack(trx, id));
    },
  );
};
