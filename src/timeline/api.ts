import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { familyOf } from '../incidents/merge/store.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { closed, Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, PageQuery, paged } from '../web/api-route.ts';
import { apiOnce } from '../web/idempotency.ts';
import {
  LONGEST_FEED_CURSOR,
  readEntryCursor,
  readFeedCursor,
  writeEntryCursor,
  writeFeedCursor,
} from './cursor.ts';
import { ENTRY_GROUPS, type EntryGroup } from './entries.ts';
import { feedEnd, readFeed } from './feed.ts';
import { EntryJson, entryJson } from './json.ts';
import { addNote } from './notes.ts';
import { getEntry, listEntries, type Order } from './store.ts';

const route = apiRoutes('timeline');

/** What happened in an incident, and what people add to it in words. */
export const timelineApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/incidents/:number/timeline',
    route('viewer', 'incidents:read', {
      summary: 'What happened, oldest first unless asked otherwise',
      params: NumberParams,
      ...paged(EntryJson, {
        order: Type.Optional(Type.Enum(['oldest', 'newest'])),
        group: Type.Optional(Type.Enum(Object.keys(ENTRY_GROUPS))),
      }),
    }),
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

  app.get(
    '/timeline',
    route('viewer', 'incidents:read', {
      summary: 'What happened in all incidents, each entry once, for programs that keep a copy',
      description:
        'Ask again with `next` whenever you like, also when `items` is empty: it is never null. `more`: there is more to be had at once. Nothing is left out, whatever is written meanwhile. Another database, such as one that a backup was brought into, refuses the cursors of the one before: begin again without one.',
      querystring: Type.Object({
        ...PageQuery,
        cursor: Type.Optional(Type.String({ maxLength: LONGEST_FEED_CURSOR })),
        from: Type.Optional(
          Type.Enum(['start', 'now'], {
            default: 'start',
            description: 'without a cursor: from the first entry on, or what happens from now on',
          }),
        ),
      }),
      response: {
        200: Type.Object({ items: Type.Array(EntryJson), next: Type.String(), more: Type.Boolean() }),
      },
    }),
    async (request) => {
      const { limit = 50, cursor, from } = request.query;
      const after = readFeedCursor(cursor);
      if (!after && from === 'now')
        return { items: [], next: writeFeedCursor(await feedEnd(db)), more: false };
      const feed = await readFeed(db, after, limit);
      if (!feed)
        throw new Problem('bad-request', 'This cursor is of another database; begin again without it.');
      return { items: feed.entries.map(entryJson), next: writeFeedCursor(feed.place), more: feed.more };
    },
  );

  app.post(
    '/incidents/:number/notes',
    route('operator', 'incidents:write', {
      summary: 'Add a note',
      params: NumberParams,
      body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 20_000 }) }, closed),
      response: { 201: EntryJson },
    }),
    async (request, reply) => {
      const { number } = request.params;
      const entry = await apiOnce(db, request, async (trx) => {
        const id = await addNote(trx, actorOf(request), number, request.body.text);
        return entryJson(await getEntry(trx, id));
      });
      return reply.code(201).send(entry);
    },
  );
};
