import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { familyOf } from '../incidents/merge/store.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { type Static, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { PageQuery, pageOf } from '../web/api.ts';
import { apiOnce } from '../web/api-once.ts';
import { readEntryCursor, writeEntryCursor } from './cursor.ts';
import { ENTRY_GROUPS, type EntryGroup } from './entries.ts';
import { EntryJson, entryJson } from './json.ts';
import { addNote } from './notes.ts';
import { getEntry, listEntries, type Order } from './store.ts';

const tags = ['timeline'];

/** What happened in an incident, and what people add to it in words. */
export const timelineApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/incidents/:number/timeline',
    {
      config: { access: 'viewer', scope: 'incidents:read' },
      schema: {
        tags,
        summary: 'What happened, oldest first unless asked otherwise',
        params: NumberParams,
        querystring: Type.Object({
          ...PageQuery,
          order: Type.Optional(Type.Enum(['oldest', 'newest'])),
          group: Type.Optional(Type.Enum(Object.keys(ENTRY_GROUPS))),
        }),
        response: { 200: pageOf(EntryJson) },
      },
    },
    async (request) => {
      const { limit = 50, cursor, order = 'oldest', group } = request.query;
      await getIncident(db, request.params.number);
      const page = await listEntries(db, await familyOf(db, request.params.number), {
        order: order as Order,
        limit,
        ...(group ? { kinds: ENTRY_GROUPS[group as EntryGroup] } : {}),
        after: readEntryCursor(cursor, request.params.number, order as Order),
      });
      return {
        items: page.entries.map(entryJson),
        next: page.next && writeEntryCursor(page.next, request.params.number, order as Order),
      };
    },
  );

  app.post(
    '/incidents/:number/notes',
    {
      config: { access: 'operator', scope: 'incidents:write' },
      schema: {
        tags,
        summary: 'Add a note',
        params: NumberParams,
        body: Type.Object(
          { text: Type.String({ minLength: 1, maxLength: 20_000 }) },
          { additionalProperties: false },
        ),
        response: { 201: EntryJson },
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      const answer = await apiOnce(db, request, async (trx) => {
        const id = await addNote(trx, actorOf(request), number, request.body.text);
        return { status: 201, body: entryJson(await getEntry(trx, id)) };
      });
      return reply.code(201).send(answer.body as Static<typeof EntryJson>);
    },
  );
};
