import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { timeZones } from '../../accounts/routes.ts';
import { json } from '../../database/json.ts';
import type { ImportRow } from '../../database/tables.ts';
import { Id, Type } from '../../json-schema.ts';
import { invalid, Problem } from '../../problem.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { formOnce } from '../../web/form-once.ts';
import { linkTo } from '../../web/links.ts';
import { orFormAgain } from '../../web/pages.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { tableOf } from './csv-file.ts';
import { checkMapping, type Mapping } from './mapping.ts';
import { readMapping, sourceOfTracker } from './mapping-form.ts';
import { importView, mappingView } from './page.ts';
import { Planner, planSums } from './plan.ts';
import { getImport, listImports, lockImport } from './queue.ts';
import { leftOutCsv, numbersCsv } from './result-rows.ts';
import { mappingOf } from './run-csv.ts';
import { takeFile } from './take-file.ts';

const IdParams = Type.Object({ id: Id });
const ListQuery = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 200 })) });
const PER_PAGE = 50;
const LIST = 'imports';

type Problems = { message: string; fields: Record<string, string> };

/** Bringing in what other desks and trackers know. */
export const importPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  async function listView(cursor?: string, problem?: Problems) {
    const [before] = readCursor(cursor, LIST, ['id']) ?? [];
    const found = await listImports(db, { limit: PER_PAGE + 1, before });
    const last = found[PER_PAGE - 1];
    return {
      imports: found.slice(0, PER_PAGE).map(importView),
      more:
        found.length > PER_PAGE && last
          ? linkTo('/settings/import', new URLSearchParams({ cursor: writeCursor(LIST, [last.id]) }))
          : '',
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
    };
  }

  app.get(
    '/settings/import',
    { config: { access: 'admin' }, schema: { querystring: ListQuery } },
    async (request, reply) => reply.page('transfer/imports', await listView(request.query.cursor)),
  );

  app.post(
    '/settings/import',
    { config: { access: 'admin' }, bodyLimit: 30 * 1024 * 1024 },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const [file] = uploadsIn(request, 'file');
          if (!file) throw invalid('file', 'Choose a file.');
          const answer = await formOnce(db, request, { what: 'import', input: file.name }, async (trx) => ({
            status: 303,
            body: await takeFile(trx, actorOf(request), file, viewerOf(request).timeZone),
          }));
          return reply.done(`/settings/import/${answer.body}`);
        },
        async (problem) => ({ view: 'transfer/imports', data: await listView(undefined, problem) }),
      ),
  );

  const lookedAt = async (request: FastifyRequest, row: ImportRow, mapping: Mapping, problem?: Problems) => {
    const table = await tableOf(db, row);
    const zone = viewerOf(request).timeZone;
    return {
      ...importView(row),
      ...mappingView(table, mapping, { catalogue, zone, now: row.created_at }),
      zones: timeZones(),
      sums: null as Awaited<ReturnType<typeof planSums>> | null,
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
    };
  };

  app.get(
    '/settings/import/:id',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      const row = await getImport(db, request.params.id);
      if (row.state === 'mapping')
        return reply.page('transfer/mapping', await lookedAt(request, row, mappingOf(row)));
      const view = importView(row);
      if (view.isBusy) reply.header('refresh', '3');
      return reply.page('transfer/import', view);
    },
  );

  /** The import whose columns are being told, with what the form says of them. */
  async function told(request: FastifyRequest, id: number) {
    const row = await getImport(db, id);
    const table = await tableOf(db, row);
    return { row, table, mapping: readMapping(request.body, table, mappingOf(row)) };
  }

  /** A dry run over all rows: nothing is written but the mapping. */
  app.post(
    '/settings/import/:id/look',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { row, table, mapping } = await told(request, request.params.id);
      if (row.state !== 'mapping')
        throw new Problem('changed-meanwhile', 'This file is being brought in already.');
      const changed = { ...row.options, mapping };
      await db
        .updateTable('imports')
        .set({ options: json(changed) })
        .where('id', '=', row.id)
        .execute();
      return orFormAgain(
        reply,
        async () => {
          checkMapping(mapping, table);
          const before = await db
            .selectFrom('import_records')
            .select('source_id')
            .where('source', '=', sourceOfTracker(mapping.tracker))
            .where('kind', '=', 'incidents')
            .execute();
          const known = new Set(before.map(({ source_id }) => source_id));
          const planner = new Planner(mapping, catalogue, row.created_at);
          const sums = await planSums(table, planner, (id) => known.has(id));
          return reply.page('transfer/mapping', { ...(await lookedAt(request, row, mapping)), sums });
        },
        async (problem) => ({
          view: 'transfer/mapping',
          data: await lookedAt(request, row, mapping, problem),
        }),
      );
    },
  );

  app.post(
    '/settings/import/:id/start',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { row, table, mapping } = await told(request, request.params.id);
      return orFormAgain(
        reply,
        async () => {
          checkMapping(mapping, table);
          await formOnce(db, request, { what: `start import ${row.id}` }, async (trx) => {
            const locked = await lockImport(trx, row.id);
            if (locked.state !== 'mapping')
              throw new Problem('changed-meanwhile', 'This file is being brought in already.');
            await trx
              .updateTable('imports')
              .set({
                state: 'waiting',
                source: sourceOfTracker(mapping.tracker),
                options: json({ ...locked.options, mapping }),
                total: table.rows.length,
              })
              .where('id', '=', row.id)
              .execute();
            return { status: 303, body: null };
          });
          return reply.done(`/settings/import/${row.id}`);
        },
        async (problem) => ({
          view: 'transfer/mapping',
          data: await lookedAt(request, row, mapping, problem),
        }),
      );
    },
  );

  /** A file whose columns were not told is taken away. */
  app.post(
    '/settings/import/:id/removal',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      await formOnce(db, request, { what: `remove import ${request.params.id}` }, async (trx) => {
        const row = await lockImport(trx, request.params.id);
        if (row.state !== 'mapping')
          throw new Problem('changed-meanwhile', 'This file is being brought in already.');
        await trx.deleteFrom('import_pieces').where('import_id', '=', row.id).execute();
        await trx.deleteFrom('imports').where('id', '=', row.id).execute();
        return { status: 303, body: null };
      });
      return reply.done('/settings/import', 'The file is taken away. Nothing of it was brought in.');
    },
  );

  for (const [path, name, rows] of [
    ['left-out', 'left-out', leftOutCsv],
    ['numbers', 'numbers', numbersCsv],
  ] as const)
    app.get(
      `/settings/import/:id/${path}.csv`,
      { config: { access: 'admin' }, schema: { params: IdParams } },
      async (request, reply) => {
        const row = await getImport(db, request.params.id);
        return reply
          .header('content-disposition', `attachment; filename="import-${row.id}-${name}.csv"`)
          .header('x-content-type-options', 'nosniff')
          .type('text/csv; charset=utf-8')
          .send(Readable.from(rows(db, row.id)));
      },
    );
};
