import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { listUsers, MOST_TO_CHOOSE } from '../accounts/store.ts';
import { SEVERITIES } from '../incidents/incidents.ts';
import { Type } from '../json-schema.ts';
import { REASONS } from '../providers/schema.ts';
import { tagChoices } from '../tags/store.ts';
import { viewerOf } from '../web/access.ts';
import { sendCsv } from '../web/csv.ts';
import { offset } from '../web/format.ts';
import { orFormAgain } from '../web/pages.ts';
import type { Definition } from './definition.ts';
import { REPORTS } from './definitions.ts';
import { fieldsOf, filterWords, isFiltered, periods, reportView } from './page.ts';
import { QUERY_KEYS } from './query.ts';
import { readQuery } from './query-text.ts';
import { MOST_ROWS, ROWS_SHOWN, runReport } from './run.ts';
import { csvLines } from './table.ts';

/** What a browser sends is read by `readQuery` in the handler, so that its mistakes stand beside their fields. */
const Fields = Type.Object(
  Object.fromEntries(QUERY_KEYS.map((key) => [key, Type.Optional(Type.String({ maxLength: 200 }))])),
);

const options = (values: readonly string[]) =>
  values.map((value) => ({ key: value, words: value.replaceAll('-', ' ') }));

/** The index of reports, and each on a page of its own and as CSV. */
export const reportPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  const run = (request: FastifyRequest, definition: Definition, limit: number) =>
    runReport(app.desk, definition, readQuery(request.query), {
      zone: viewerOf(request).timeZone,
      now: new Date(),
      limit,
    });

  async function form(request: FastifyRequest, definition: Definition) {
    const { timeZone } = viewerOf(request);
    const people = await listUsers(db, { limit: MOST_TO_CHOOSE });
    const values = fieldsOf(request.query as Record<string, unknown>);
    return {
      values: {
        ...values,
        period: values['from'] || values['to'] ? '' : values['period'] || definition.usual,
      },
      periods: periods(),
      providers: catalogue.providers
        .map(({ key, name }) => ({ key, name }))
        .toSorted((a, b) => a.name.localeCompare(b.name, 'en')),
      reasons: options(REASONS),
      severities: options(SEVERITIES),
      tags: await tagChoices(db),
      people: people.map(({ id, name }) => ({ key: String(id), name })),
      zone: timeZone,
      zoneOffset: offset(new Date(), timeZone),
    };
  }

  const nameOf = (people: { key: string; name: string }[]) => ({
    provider: (key: string) => catalogue.byKey.get(key)?.name ?? key,
    person: (id: number) => people.find(({ key }) => key === String(id))?.name ?? `person ${id}`,
  });

  app.get('/reports', { config: { access: 'viewer' } }, async (_request, reply) =>
    reply.page('reports/index', {
      reports: REPORTS.map(({ key, title, question }) => ({ key, title, question })),
    }),
  );

  for (const definition of REPORTS) {
    app.get(
      `/reports/${definition.key}`,
      { config: { access: 'viewer' }, schema: { querystring: Fields } },
      async (request, reply) =>
        orFormAgain(
          reply,
          async () => {
            const report = await run(request, definition, ROWS_SHOWN);
            const fields = await form(request, definition);
            const view = reportView(report);
            const filters = isFiltered(report.query) ? filterWords(report.query, nameOf(fields.people)) : [];
            return reply.page('reports/show', {
              title: definition.title,
              of: [view.periodWords, ...filters],
              question: definition.question,
              key: definition.key,
              form: fields,
              report: view,
              filters,
              errors: {},
              problem: '',
            });
          },
          async (problem) => ({
            view: 'reports/show',
            data: {
              title: definition.title,
              of: [],
              question: definition.question,
              key: definition.key,
              form: await form(request, definition),
              report: null,
              filters: [],
              errors: problem.fields,
              problem: problem.message,
            },
          }),
        ),
    );
    app.get(
      `/reports/${definition.key}.csv`,
      { config: { access: 'viewer' }, schema: { querystring: Fields } },
      async (request, reply) => {
        const report = await run(request, definition, MOST_ROWS);
        const { first, last } = report.scope.period;
        return sendCsv(reply, `${definition.key}-${first}-${last}.csv`, csvLines(report));
      },
    );
  }
};
