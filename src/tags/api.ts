import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../incidents/number-params.ts';
import { closed, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, NOTHING, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import { COUNTED, deleteTag, listTags, mergeTag, renameTag } from './manage-store.ts';
import { changeTags, tagsOf } from './store.ts';
import { TAGS_PER_INCIDENT, TagParams, tagName } from './tag.ts';

const route = apiRoutes('tags');
const Name = Type.String({ minLength: 1, maxLength: 100 });
const Names = Type.Array(Name, { maxItems: TAGS_PER_INCIDENT });
const TagJson = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  /** How many incidents have it; counting stops at {@link COUNTED}. */
  incidents: Type.Integer(),
});
const TagsJson = Type.Object({ tags: Type.Array(Type.String()) });

export const tagApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.post(
    '/incidents/:number/tags',
    route('operator', 'tags:write', {
      summary: 'Add tags to an incident and take tags from it; answers with those that it has then',
      params: NumberParams,
      body: Type.Object({ add: Type.Optional(Names), remove: Type.Optional(Names) }, closed),
      response: { 200: TagsJson },
    }),
    async (request) => {
      const { number } = request.params;
      const change = {
        add: [...new Set((request.body.add ?? []).map((name) => tagName(name, 'add')))],
        remove: (request.body.remove ?? []).map((name) => tagName(name, 'remove')),
      };
      return apiOnce(db, request, async (trx) => {
        await changeTags(trx, actorOf(request), number, change);
        return { tags: (await tagsOf(trx, [number])).get(number) ?? [] };
      });
    },
  );

  app.get(
    '/tags',
    route('viewer', 'tags:read', {
      summary: `Tags by name, those that begin with \`q\` where it is given, with how many incidents have them, counted up to ${COUNTED}`,
      ...paged(TagJson, { q: Type.Optional(Type.String({ maxLength: 100 })) }),
    }),
    async (request) => {
      const { limit = 50, cursor, q } = request.query;
      const [after] = readCursor(cursor, 'tags', ['text']) ?? [];
      const page = await listTags(db, { after, limit, beginning: q?.trim() ? tagName(q, 'q') : undefined });
      return {
        items: page.items.map((tag) => ({ ...tag, incidents: Math.min(tag.incidents, COUNTED) })),
        next: page.next === null ? null : writeCursor('tags', [page.next]),
      };
    },
  );

  app.patch(
    '/tags/:tag',
    route('admin', 'tags:write', {
      summary: 'Give a tag another name, wherever it stands',
      params: TagParams,
      body: Type.Object({ name: Name }, closed),
      response: { 200: Type.Object({ id: Type.Integer(), name: Type.String() }) },
    }),
    async (request) => {
      const { tag } = request.params;
      const name = tagName(request.body.name, 'name');
      await db.transaction().execute((trx) => renameTag(trx, actorOf(request), tag, name));
      return { id: tag, name };
    },
  );

  app.post(
    '/tags/:tag/merge',
    route('admin', 'tags:write', {
      summary: 'Merge a tag into another: every incident that has it has the other instead',
      params: TagParams,
      body: Type.Object({ into: Name }, closed),
      response: { 200: Type.Object({ name: Type.String() }) },
    }),
    async (request) => {
      const { tag } = request.params;
      const into = tagName(request.body.into, 'into');
      return apiOnce(db, request, async (trx) => {
        await mergeTag(trx, actorOf(request), tag, into);
        return { name: into };
      });
    },
  );

  app.delete(
    '/tags/:tag',
    route('admin', 'tags:write', {
      summary: 'Take a tag from every incident',
      params: TagParams,
      response: NOTHING,
    }),
    async (request, reply) => {
      await db.transaction().execute((trx) => deleteTag(trx, actorOf(request), request.params.tag));
      return reply.code(204).send(null);
    },
  );
};
