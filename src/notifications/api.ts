import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { getUser } from '../accounts/store.ts';
import { closed, Id, IdParams, orNull, SmallId, Type } from '../json-schema.ts';
import { apiRoutes, NOTHING, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import { listNotices, markAllRead, markNotice, type Notice } from './notices.ts';
import { TOPIC_KEYS } from './topics.ts';

const route = apiRoutes('notices');
const LIST = 'notices';

const NoticeJson = Type.Object({
  id: Type.Integer(),
  topic: Type.Enum(TOPIC_KEYS),
  words: Type.String(),
  link: Type.String({ description: 'a path of this desk' }),
  happenedAt: Type.String({ format: 'date-time' }),
  read: Type.Boolean(),
  incident: orNull(Type.Object({ number: Type.Integer(), title: Type.String(), state: Type.String() })),
});

const noticeJson = ({ happenedAt, isRead, topic, ...notice }: Notice) => ({
  ...notice,
  topic: topic as (typeof TOPIC_KEYS)[number],
  happenedAt: happenedAt.toISOString(),
  read: isRead,
});

/** What a person was told. A token is nobody: it names whose notices it means, which takes an administrator's. */
export const noticeApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/notices',
    route('admin', 'notices:read', {
      summary: 'What a person was told, newest first',
      ...paged(NoticeJson, { userId: SmallId, unread: Type.Optional(Type.Boolean()) }),
    }),
    async (request) => {
      const { userId, unread = false, limit = 50, cursor } = request.query;
      const { id } = await getUser(db, userId);
      const [before] = readCursor(cursor, LIST, ['id']) ?? [];
      const { notices, next } = await listNotices(db, id, { unread, limit, before });
      return { items: notices.map(noticeJson), next: next === null ? null : writeCursor(LIST, [next]) };
    },
  );

  app.patch(
    '/notices/:id',
    route('admin', 'notices:write', {
      summary: 'Mark a person’s notice as read, or as unread again',
      params: IdParams,
      body: Type.Object({ userId: SmallId, read: Type.Boolean() }, closed),
      response: NOTHING,
    }),
    async (request, reply) => {
      const { userId, read } = request.body;
      await db.transaction().execute((trx) => markNotice(trx, userId, request.params.id, read));
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/notices/read',
    route('admin', 'notices:write', {
      summary: 'Mark all of a person’s notices as read up to one that was seen; answers how many those were',
      body: Type.Object({ userId: SmallId, upTo: Id }, closed),
      response: { 200: Type.Object({ marked: Type.Integer() }) },
    }),
    async (request) => {
      const { userId, upTo } = request.body;
      await getUser(db, userId);
      return apiOnce(db, request, async (trx) => ({ marked: await markAllRead(trx, userId, upTo) }));
    },
  );
};
