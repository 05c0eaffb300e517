import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { INTERVALS } from '../evidence/checks/schedule.ts';
import { asOfPage } from '../history/as-of-page.ts';
import { Type } from '../json-schema.ts';
import { viewerOf } from '../web/access.ts';
import { writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { linkTo } from '../web/links.ts';
import { orFormAgain } from '../web/pages.ts';
import { isDocumentation, networkText, parseNetwork } from './address.ts';
import { readAddressCursor } from './cursor.ts';
import { BLANK, EditForm, factsOf, NewForm, valuesOf } from './form.ts';
import { addressView, pathOf, showAddress } from './show-page.ts';
import { addAddress, changeAddress, getAddress, listAddresses, networkFrom } from './store.ts';

const ListQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 200 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
const ShowQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  asOf: Type.Optional(Type.String({ maxLength: 40 })),
  list: Type.Optional(Type.Enum(['letters', 'listings'])),
});

/** What somebody looks for: an address or range, else a part of a name. */
function wanted(q: string) {
  const text = q.trim();
  try {
    return text ? { within: parseNetwork(text) } : {};
  } catch {
    return { text: text.slice(0, 100) };
  }
}

const EDIT = '/edit';

export const addressPages: FastifyPluginAsyncTypebox = async (app) => {
  const { desk } = app;
  const { db } = desk;

  app.get(
    '/addresses',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const { q = '', cursor } = request.query;
      const page = await listAddresses(db, { limit: 100, after: readAddressCursor(cursor), ...wanted(q) });
      const query = new URLSearchParams(q ? { q } : {});
      const first = linkTo('/addresses', query);
      if (page.next) query.set('cursor', writeCursor('addresses', [page.next]));
      return reply.page('addresses/list', {
        q,
        rows: page.items.map((row) => ({
          ...row,
          text: networkText(row.network),
          href: pathOf(row.network),
          documentation: isDocumentation(row.network),
        })),
        next: page.next ? linkTo('/addresses', query) : '',
        first: cursor ? first : '',
      });
    },
  );

  app.get('/addresses/new', { config: { access: 'operator' } }, async (_request, reply) =>
    reply.page('addresses/new', { values: BLANK, intervals: INTERVALS, errors: {}, problem: '' }),
  );

  app.post('/addresses', { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(NewForm, request.body);
        const network = networkFrom(form.address);
        await formOnce(db, request, { what: 'add address' }, async (trx) => {
          await addAddress(trx, network, factsOf(form));
        });
        return reply.done(pathOf(network.cidr), `${network.text} added.`);
      },
      async (problem) => ({
        view: 'addresses/new',
        data: {
          values: { ...BLANK, ...typedAgain(request.body) },
          intervals: INTERVALS,
          errors: problem.fields,
          problem: problem.message,
        },
      }),
    ),
  );

  const textOf = (params: unknown) => (params as { '*': string })['*'];

  app.get(
    '/addresses/*',
    { config: { access: 'viewer' }, schema: { querystring: ShowQuery } },
    async (request, reply) => {
      const text = textOf(request.params);
      if (text.endsWith(EDIT)) {
        const data = await addressView(desk, text.slice(0, -EDIT.length));
        return reply.page('addresses/edit', {
          ...data,
          intervals: INTERVALS,
          values: valuesOf(data.row),
          version: data.row.version,
          errors: {},
          problem: '',
        });
      }
      if (request.query.asOf === undefined) {
        const view = { zone: viewerOf(request).timeZone, now: new Date() };
        return reply.page('addresses/show', await showAddress(desk, text, request.query, view));
      }
      const { network } = await getAddress(db, text);
      const its = parseNetwork(networkText(network));
      return asOfPage(
        request,
        reply,
        { network: its },
        {
          nav: 'addresses',
          name: its.text,
          href: pathOf(network),
          listHref: '/addresses',
          listName: 'Addresses',
        },
      );
    },
  );

  app.post('/addresses/*', { config: { access: 'operator' } }, async (request, reply) => {
    const text = textOf(request.params);
    return orFormAgain(
      reply,
      async () => {
        const form = readForm(EditForm, request.body);
        const network = networkFrom(text);
        await formOnce(db, request, { what: `change address ${network.cidr}` }, async (trx) => {
          await changeAddress(trx, network.cidr, form.version, factsOf(form));
        });
        return reply.done(pathOf(network.cidr), 'Saved.');
      },
      async (problem) => {
        const data = await addressView(desk, text);
        return {
          view: 'addresses/edit',
          data: {
            ...data,
            intervals: INTERVALS,
            values: { ...BLANK, ...typedAgain(request.body) },
            version: data.row.version,
            errors: problem.fields,
            problem: problem.message,
          },
        };
      },
    );
  });
};
