import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Trx } from '../database/open.ts';
import { SmallId, Type } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import { REPORTS, reportByKey } from '../reports/definitions.ts';
import { QUERY_KEYS, queryOf } from '../reports/query.ts';
import { readQuery } from '../reports/query-text.ts';
import { type Actor, actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { linkBase } from '../web/links.ts';
import { orFormAgain } from '../web/pages.ts';
import { listView } from './list-page.ts';
import { newView } from './new-page.ts';
import { addSubscription, pauseSubscription, removeSubscription, sendNow } from './store.ts';

/** The page of schedules. */
export const HERE = '/reports/subscriptions';
const Params = Type.Object({ id: SmallId });
const Choices = Type.Optional(Type.Array(SmallId, { maxItems: 50 }));
/** One list to choose from has both. */
const FIELDS = { people: 'people', addresses: 'people' };
const NewForm = Type.Object({
  report: Type.Enum(REPORTS.map(({ key }) => key)),
  query: Type.Optional(Type.String({ maxLength: 1000 })),
  cadence: Type.Enum(['daily', 'weekly', 'monthly'], { description: 'every day, every week or every month' }),
  weekday: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 })),
  hour: Type.Integer({ minimum: 0, maximum: 23, description: 'an hour from 0 to 23' }),
  people: Choices,
  addresses: Choices,
});
const NewQuery = Type.Object({
  report: Type.String({ maxLength: 60 }),
  ...Object.fromEntries(QUERY_KEYS.map((key) => [key, Type.Optional(Type.String({ maxLength: 200 }))])),
});

/** Reports that are mailed on a schedule: the list of schedules, and a new one. */
export const reportMailPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;
  const maker = { ...app.desk, base: linkBase(config) };

  app.get(HERE, { config: { access: 'viewer' } }, async (_request, reply) =>
    reply.page('report-mails/list', await listView(app.desk)),
  );

  app.get(
    `${HERE}/new`,
    { config: { access: 'operator' }, schema: { querystring: NewQuery } },
    async (request, reply) => {
      const { report, ...asked } = request.query as Record<string, string>;
      const query = queryOf(readQuery(asked)).toString();
      return reply.page(
        'report-mails/new',
        await newView(app.desk, viewerOf(request), { report: report ?? '', query }),
      );
    },
  );

  app.post(HERE, { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(NewForm, request.body);
        const definition = reportByKey(form.report);
        if (!definition) throw notFound('such report');
        const { timeZone: zone } = viewerOf(request);
        await formOnce(db, request, { what: 'schedule a report' }, (trx) =>
          addSubscription(
            trx,
            actorOf(request),
            definition,
            readQuery(form.query ?? ''),
            {
              cadence: form.cadence as 'daily',
              weekday: form.weekday ?? null,
              hour: form.hour,
              userIds: form.people ?? [],
              addressIds: form.addresses ?? [],
            },
            { zone, now: new Date(), fields: FIELDS },
          ),
        );
        return reply.done(HERE, `${definition.title} will be mailed.`);
      },
      async (problem) => {
        const typed = request.body as Record<string, unknown>;
        return {
          view: 'report-mails/new',
          data: await newView(
            app.desk,
            viewerOf(request),
            { report: String(typed['report'] ?? ''), query: String(typed['query'] ?? '') },
            { typed, problem },
          ),
        };
      },
    ),
  );

  const act = (
    path: string,
    words: string,
    effect: (trx: Trx, id: number, now: Date, by: Actor) => Promise<unknown>,
  ) =>
    app.post(
      `${HERE}/:id/${path}`,
      { config: { access: 'operator' }, schema: { params: Params } },
      async (request, reply) =>
        orFormAgain(
          reply,
          async () => {
            const { id } = request.params as { id: number };
            await formOnce(db, request, { what: `${path} of report schedule ${id}` }, async (trx) => {
              await effect(trx, id, new Date(), actorOf(request));
            });
            return reply.done(HERE, words);
          },
          async (problem) => ({ view: 'report-mails/list', data: await listView(app.desk, { problem }) }),
        ),
    );
  act('pause', 'Paused.', (trx, id, now, by) => pauseSubscription(trx, id, true, now, by));
  act('resumption', 'It goes on with the next due time.', (trx, id, now, by) =>
    pauseSubscription(trx, id, false, now, by),
  );
  act('sending', 'It is on its way.', (trx, id, now) => sendNow(trx, maker, id, now));
  act('removal', 'Removed.', (trx, id, _now, by) => removeSubscription(trx, id, by));
};
