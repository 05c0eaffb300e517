import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { IdParams, Type } from '../json-schema.ts';
import { viewerOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { readForm } from '../web/forms.ts';
import { linkTo, localPath } from '../web/links.ts';
import { listNotices, markAllRead, markNotice, openNotice } from './notices.ts';
import { groupsOf } from './page.ts';

const ON_A_PAGE = 50;
const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const PageQuery = Type.Object({
  which: Type.Optional(Type.Enum(['unread', 'all'])),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
const MarkForm = Type.Object({ as: Type.Enum(['read', 'unread']) });
const AllForm = Type.Object({ upTo: Id });

/** Back to the page where it was pressed. */
const backTo = (body: unknown): string => {
  const { back } = (body ?? {}) as { back?: unknown };
  const path = localPath(typeof back === 'string' ? back : undefined);
  return path.startsWith('/notices') ? path : '/notices';
};

export const noticePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/notices',
    { config: { access: 'viewer' }, schema: { querystring: PageQuery } },
    async (request, reply) => {
      const { which = 'unread', cursor } = request.query;
      const userId = viewerOf(request).userId ?? 0;
      const [before] = readCursor(cursor, 'notices', ['id']) ?? [];
      const { notices, next } = await listNotices(db, userId, {
        unread: which === 'unread',
        limit: ON_A_PAGE,
        before,
      });
      const to = (query: Record<string, string>) => linkTo('/notices', new URLSearchParams(query));
      const shown = which === 'all' ? { which } : {};
      return reply.page('notices/list', {
        isAll: which === 'all',
        groups: groupsOf(notices),
        newest: before === undefined ? (notices[0]?.id ?? 0) : 0,
        hasUnread: notices.some(({ isRead }) => !isRead),
        back: to({ ...shown, ...(cursor ? { cursor } : {}) }),
        first: cursor ? to(shown) : '',
        next: next === null ? '' : to({ ...shown, cursor: writeCursor('notices', [next]) }),
      });
    },
  );

  app.post(
    '/notices/:id/opening',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const userId = viewerOf(request).userId ?? 0;
      const link = await db.transaction().execute((trx) => openNotice(trx, userId, request.params.id));
      return reply.redirect(localPath(link), 303);
    },
  );

  app.post(
    '/notices/:id/reading',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { as } = readForm(MarkForm, request.body);
      const userId = viewerOf(request).userId ?? 0;
      await db.transaction().execute((trx) => markNotice(trx, userId, request.params.id, as === 'read'));
      return reply.redirect(backTo(request.body), 303);
    },
  );

  app.post('/notices/reading', { config: { access: 'viewer' } }, async (request, reply) => {
    const { upTo } = readForm(AllForm, request.body);
    const userId = viewerOf(request).userId ?? 0;
    const marked = await db.transaction().execute((trx) => markAllRead(trx, userId, upTo));
    return reply.done('/notices', marked === 1 ? 'One marked as read.' : `${marked} marked as read.`);
  });
};
