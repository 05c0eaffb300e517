import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, orNull, Type } from '../json-schema.ts';
import { viewerOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import type { Definition } from './definition.ts';
import { REPORTS } from './definitions.ts';
import { careWords } from './page.ts';
import { PRESET_KEYS } from './period.ts';
import { ReportQuery } from './query.ts';
import { type Report, ROWS_SHOWN, runReport, type Values } from './run.ts';
import { columnName, plainValue } from './table.ts';

const route = apiRoutes('reports');

const Query = Type.Object(
  {
    ...ReportQuery,
    zone: Type.Optional(
      Type.String({
        maxLength: 60,
        description: 'where days begin; the token’s or person’s own when left out',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000, default: ROWS_SHOWN })),
  },
  closed,
);

const ColumnJson = Type.Object({ key: Type.String(), title: Type.String() });
const ValuesJson = Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Null()]));
const PeriodJson = Type.Object({
  from: Type.String(),
  to: Type.String(),
  first: Type.String(),
  last: Type.String(),
});
const SumJson = {
  incidents: Type.Integer(),
  values: ValuesJson,
  before: orNull(ValuesJson),
};
const ReportJson = Type.Object({
  key: Type.String(),
  title: Type.String(),
  period: PeriodJson,
  before: orNull(PeriodJson),
  zone: Type.String(),
  care: Type.String({ description: 'says that there are too few to trust; else empty' }),
  columns: Type.Array(ColumnJson),
  rows: Type.Array(Type.Object({ key: Type.String(), name: Type.String(), ...SumJson })),
  all: Type.Object(SumJson),
  more: Type.Integer({ description: 'rows beyond the limit' }),
  notes: Type.Array(Type.String()),
});

const periodJson = ({ from, to, first, last }: Report['scope']['period']) => ({
  from: from.toISOString(),
  to: to.toISOString(),
  first,
  last,
});

function reportJson(report: Report) {
  const { definition, scope, before } = report;
  const values = (of: Values) =>
    Object.fromEntries(
      definition.columns.map((column) => [columnName(column), plainValue(column, of[column.key])]),
    );
  return {
    key: definition.key,
    title: definition.title,
    period: periodJson(scope.period),
    before: before ? periodJson(before) : null,
    zone: scope.zone,
    care: careWords(report),
    columns: definition.columns.map((column) => ({ key: columnName(column), title: column.title })),
    rows: report.rows.map((row) => ({
      key: row.key,
      name: row.name,
      incidents: row.n,
      values: values(row.values),
      before: row.before ? values(row.before.values) : null,
    })),
    all: {
      incidents: report.all.n,
      values: values(report.all.values),
      before: report.allBefore ? values(report.allBefore.values) : null,
    },
    more: report.more,
    notes: definition.notes,
  };
}

/** Reports for programs: durations in seconds, shares in per cent, null where nothing is known. */
export const reportApi: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/reports',
    route('viewer', 'reports:read', {
      summary: 'The reports that there are, and the periods by name',
      response: {
        200: Type.Object({
          items: Type.Array(
            Type.Object({
              key: Type.String(),
              title: Type.String(),
              question: Type.String(),
              columns: Type.Array(ColumnJson),
            }),
          ),
          next: Type.Null(),
          periods: Type.Array(Type.String()),
        }),
      },
    }),
    async () => ({
      items: REPORTS.map(({ key, title, question, columns }) => ({
        key,
        title,
        question,
        columns: columns.map((column) => ({ key: columnName(column), title: column.title })),
      })),
      next: null,
      periods: [...PRESET_KEYS],
    }),
  );

  const serve = (definition: Definition) =>
    app.get(
      `/reports/${definition.key}`,
      route('viewer', 'reports:read', {
        summary: `${definition.title}: ${definition.counts}`,
        querystring: Query,
        response: { 200: ReportJson },
      }),
      async (request) => {
        const { zone = viewerOf(request).timeZone, limit = ROWS_SHOWN, ...query } = request.query;
        return reportJson(await runReport(app.desk, definition, query, { zone, now: new Date(), limit }));
      },
    );
  REPORTS.forEach(serve);
};
