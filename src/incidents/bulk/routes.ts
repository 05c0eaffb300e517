import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { IdParams, SmallId, Type } from '../../json-schema.ts';
import { TAGS_FIELD_MAX, tagNames } from '../../tags/tag.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readForm, typedAgain } from '../../web/forms.ts';
import { readMoment } from '../../web/moment.ts';
import { orFormAgain } from '../../web/pages.ts';
import { SEVERITIES, STATES } from '../incidents.ts';
import { type ListQuery, listParams, listView } from '../list-page.ts';
import { ACTIONS, BULK_MAX } from './action.ts';
import { readAsked } from './asked.ts';
import { bulkView } from './page.ts';
import { type BulkResult, runBulk, undoBulk } from './store.ts';

const Back = Type.Optional(Type.String({ maxLength: 1500 }));
const BulkForm = Type.Object({
  numbers: Type.Array(SmallId, {
    minItems: 1,
    maxItems: BULK_MAX,
    description: 'one or more incidents, selected in the list',
  }),
  action: Type.Enum([...ACTIONS], { description: 'one of the actions' }),
  assigneeId: Type.Optional(SmallId),
  tags: Type.Optional(Type.String({ maxLength: TAGS_FIELD_MAX })),
  severity: Type.Optional(Type.Enum([...SEVERITIES])),
  state: Type.Optional(Type.Enum([...STATES])),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
  until: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
});

/** The list that a form was sent from, by the query that it carries. */
const listOf = (body: unknown): ListQuery => {
  const { back } = (body ?? {}) as { back?: unknown };
  const given = new URLSearchParams(typeof back === 'string' ? back.slice(0, 1500) : '');
  return Object.fromEntries(listParams(Object.fromEntries(given)));
};

/** The same list, telling of an action. */
const toldAt = (body: unknown, id: number) =>
  `/incidents?${new URLSearchParams([...listParams(listOf(body)), ['bulk', String(id)]]).toString()}`;

const selectedIn = (body: unknown): Set<number> =>
  new Set([(body as { numbers?: string | string[] } | undefined)?.numbers ?? []].flat().map(Number));

/** The same to several incidents of the list, and back. */
export const bulkPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.post('/incidents/bulk', { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(BulkForm, request.body);
        const asked = readAsked({
          ...form,
          tags: form.action === 'tag' || form.action === 'untag' ? tagNames(form.tags ?? '') : undefined,
          userId: viewerOf(request).userId,
          until:
            form.action === 'put-off'
              ? readMoment(request, 'until', form.until, { future: true })
              : undefined,
        });
        const id = await formOnce(db, request, { what: 'bulk' }, async (trx) => {
          const world = { catalogue, now: new Date() };
          const { id }: BulkResult = await runBulk(trx, actorOf(request), form.numbers, asked, world);
          return id;
        });
        return reply.done(toldAt(request.body, id));
      },
      async (problem) => {
        const viewer = viewerOf(request);
        const [list, bulk] = await Promise.all([
          listView(app.desk, viewer, listOf(request.body), selectedIn(request.body)),
          bulkView(db, viewer, {
            typed: typedAgain(request.body),
            errors: problem.fields,
            problem: problem.message,
          }),
        ]);
        return { view: 'incidents/list', data: { ...list, bulk } };
      },
    ),
  );

  app.post(
    '/incidents/bulk/:id/undo',
    { config: { access: 'operator' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      readForm(Type.Object({ back: Back }), request.body);
      await formOnce(db, request, { what: `undo bulk ${id}` }, async (trx) => {
        await undoBulk(trx, viewerOf(request), id, { catalogue, now: new Date() });
      });
      return reply.done(toldAt(request.body, id));
    },
  );
};
