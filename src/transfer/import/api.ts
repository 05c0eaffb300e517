import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { cutPage } from '../../database/page.ts';
import type { ImportRow } from '../../database/tables.ts';
import { IdParams, orNull, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { apiRoutes, paged } from '../../web/api-route.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { apiOnce } from '../../web/idempotency.ts';
import { MAX_REPORT_BYTES } from '../../web/limits.ts';
import { takeOctets } from '../../web/octets.ts';
import { getImport, listImports } from './queue.ts';
import { takeExport } from './take-file.ts';

const route = apiRoutes('import');
const Maybe = orNull(Type.String());
const ImportJson = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  state: Type.String(),
  fileName: Type.String(),
  added: Type.Record(Type.String(), Type.Integer()),
  known: Type.Integer(),
  leftOut: Type.Integer(),
  problem: Type.String(),
  byName: Type.String(),
  createdAt: Type.String(),
  finishedAt: Maybe,
});
const importJson = (row: ImportRow) => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  fileName: row.file_name,
  added: row.added as Record<string, number>,
  known: row.known,
  leftOut: row.left_out,
  problem: row.problem,
  byName: row.by_name,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});
const LIST = 'api-imports';

export const importApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  takeOctets(app, ['application/x-ndjson'], MAX_REPORT_BYTES);

  app.post(
    '/imports',
    {
      ...route('admin', 'data:write', {
        summary:
          'Bring an export of another desk in; a larger one by the command line. It is done in the background',
        body: { content: { 'application/x-ndjson': { schema: {} } } },
        response: { 202: ImportJson },
      }),
      bodyLimit: MAX_REPORT_BYTES,
    },
    async (request, reply) => {
      const bytes = request.body as Buffer;
      const row = await apiOnce(
        db,
        request,
        async (trx) => {
          const id = await takeExport(trx, actorOf(request), { name: '', bytes });
          return importJson(await getImport(trx, id));
        },
        { input: createHash('sha256').update(bytes).digest('hex') },
      );
      return reply.code(202).send(row);
    },
  );

  app.get(
    '/imports',
    route('admin', 'data:read', {
      summary: 'What was brought in, newest first',
      ...paged(ImportJson),
    }),
    async (request) => {
      const { limit = 50, cursor } = request.query;
      const [before] = readCursor(cursor, LIST, ['id']) ?? [];
      const found = await listImports(db, { limit: limit + 1, before });
      const { items, next } = cutPage(found, limit, ({ id }) => writeCursor(LIST, [id]));
      return { items: items.map(importJson), next };
    },
  );

  app.get(
    '/imports/:id',
    route('admin', 'data:read', {
      summary: 'How far an import is',
      params: IdParams,
      response: { 200: ImportJson },
    }),
    async (request) => importJson(await getImport(db, request.params.id)),
  );
};
