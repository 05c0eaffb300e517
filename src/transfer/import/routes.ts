import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { cutPage } from '../../database/page.ts';
import type { ImportRow } from '../../database/tables.ts';
import { IdParams, Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { formOnce } from '../../web/form-once.ts';
import { timeZones } from '../../web/format.ts';
import { type FormProblem, problemView } from '../../web/forms.ts';
import { linkTo } from '../../web/links.ts';
import { orFormAgain } from '../../web/pages.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { tableOf } from './csv-file.ts';
import { checkMapping, type Mapping } from './mapping.ts';
import { readMapping } from './mapping-form.ts';
import { keepMapping, knownIncidents, removeImport, startImport } from './mapping-store.ts';
import { importView, mappingView } from './page.ts';
import { Planner, planSums } from './plan.ts';
import { getImport, listImports } from './queue.ts';
import { leftOutCsv, numbersCsv } from './result-rows.ts';
import { mappingOf } from './run-csv.ts';
import { takeFile } from './take-file.ts';

const ListQuery = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 200 })) });
const PER_PAGE = 50;
const LIST = 'imports';

/** Bringing in what other desks and trackers know. */
export const importPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  async function listView(cursor?: string, problem?: FormProblem) {
    const [before] = readCursor(cursor, LIST, ['id']) ?? [];
    const found = await listImports(db, { limit: PER_PAGE + 1, before });
    const { items, next } = cutPage(found, PER_PAGE, ({ id }) => writeCursor(LIST, [id]));
    return {
      imports: items.map(importView),
      more: next && linkTo('/settings/import', new URLSearchParams({ cursor: next })),
      ...problemView(problem),
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
          if (!file) throw invalid('file', 'Choose a file that holds something.');
          const id = await formOnce(db, request, { what: 'import', input: file.name }, (trx) =>
            takeFile(trx, actorOf(request), file, viewerOf(request).timeZone),
          );
          return reply.done(`/settings/import/${id}`);
        },
        async (problem) => ({ view: 'transfer/imports', data: await listView(undefined, problem) }),
      ),
  );

  const lookedAt = async (
    request: FastifyRequest,
    row: ImportRow,
    mapping: Mapping,
    problem?: FormProblem,
  ) => {
    const table = await tableOf(db, row);
    const zone = viewerOf(request).timeZone;
    return {
      ...importView(row),
      ...mappingView(table, mapping, { catalogue, zone, now: row.created_at }),
      zones: timeZones(),
      sums: null as Awaited<ReturnType<typeof planSums>> | null,
      ...problemView(problem),
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
  async function toldBy(request: FastifyRequest, id: number) {
    const row = await getImport(db, id);
    const table = await tableOf(db, row);
    return { row, table, mapping: readMapping(request.body, table, mappingOf(row)) };
  }

  type Told = Awaited<ReturnType<typeof toldBy>>;

  const again =
    (request: FastifyRequest, { row, mapping }: Told) =>
    async (problem: FormProblem) => ({
      view: 'transfer/mapping',
      data: await lookedAt(request, row, mapping, problem),
    });

  /** A dry run over all rows: nothing is written but the mapping. */
  app.post(
    '/settings/import/:id/look',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      const told = await toldBy(request, request.params.id);
      const { row, table, mapping } = told;
      await keepMapping(db, row, mapping);
      return orFormAgain(
        reply,
        async () => {
          checkMapping(mapping, table);
          const known = await knownIncidents(db, mapping);
          const planner = new Planner(mapping, catalogue, row.created_at);
          const sums = await planSums(table, planner, (id) => known.has(id));
          return reply.page('transfer/mapping', { ...(await lookedAt(request, row, mapping)), sums });
        },
        again(request, told),
      );
    },
  );

  app.post(
    '/settings/import/:id/start',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      const told = await toldBy(request, request.params.id);
      const { row, table, mapping } = told;
      return orFormAgain(
        reply,
        async () => {
          checkMapping(mapping, table);
          await formOnce(db, request, { what: `start import ${row.id}` }, (trx) =>
            startImport(trx, row.id, mapping, table.rows.length),
          );
          return reply.done(`/settings/import/${row.id}`);
        },
        again(request, told),
      );
    },
  );

  /** A file whose columns were not told is taken away. */
  app.post(
    '/settings/import/:id/removal',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      await formOnce(db, request, { what: `remove import ${id}` }, (trx) => removeImport(trx, id));
      return reply.done('/settings/import', 'The file is taken away. Nothing of it was brought in.');
    },
  );

  for (const [name, rows] of [
    ['left-out', leftOutCsv],
    ['numbers', numbersCsv],
  ] as const)
    app.get(
      `/settings/import/:id/${name}.csv`,
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
