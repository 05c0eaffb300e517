import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { IdParams, Type, Version } from '../json-schema.ts';
import { viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { completions } from './complete.ts';
import { readAfter, writeAfter } from './cursor.ts';
import { searchLink, searchView } from './page.ts';
import { MAX_QUERY } from './query.ts';
import { changeSaved, deleteSaved, getSaved, listSaved, mayChange, saveSearch } from './saved-store.ts';
import { directHits, SORTS, type Sort, search } from './search.ts';

const PAGE = 25;
/** Longer than what counts, so that a long paste gets an answer and no error. */
const Q = Type.String({ maxLength: 4000 });
const SearchQuery = Type.Object({
  q: Type.Optional(Q),
  sort: Type.Optional(Type.String({ maxLength: 10 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
const name = Type.String({ maxLength: 80, description: 'a name of up to 80 characters' });
const SaveForm = Type.Object({
  name,
  query: Type.String({ maxLength: MAX_QUERY, description: `a query of up to ${MAX_QUERY} characters` }),
  sort: Type.Optional(Type.Enum([...SORTS])),
  shared: Type.Optional(Type.Boolean()),
});
const ChangeForm = Type.Object({ name, version: Version, shared: Type.Optional(Type.Boolean()) });

type Asked = { q: string; sort: Sort; cursor?: string | undefined };

export const searchPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  async function view(
    request: FastifyRequest,
    { q, sort, cursor }: Asked,
    saving: { typed?: Record<string, string>; problem?: FormProblem; of?: number } = {},
  ) {
    const viewer = viewerOf(request);
    const [result, saved] = await Promise.all([
      search(
        db,
        { text: q, sort, limit: PAGE, after: readAfter(cursor, sort), facets: !cursor },
        viewer,
        catalogue,
      ),
      listSaved(db, viewer),
    ]);
    const { next } = result;
    const direct = cursor ? [] : await directHits(db, result);
    return {
      ...searchView(
        result,
        {
          ...{ q, sort, direct, isFirst: !cursor },
          next: next ? searchLink(q, { ...(sort === 'best' ? { sort } : {}), cursor: writeAfter(next) }) : '',
        },
        catalogue,
      ),
      saved: saved.map((row) => ({
        id: row.id,
        name: row.name,
        query: row.query,
        shared: row.shared,
        isOwn: row.owner_id !== null && row.owner_id === viewer.userId,
        by: row.created_by_name,
        version: row.version,
        mayChange: mayChange(row, viewer),
        isThis: row.query === q.trim() && row.sort === sort,
      })),
      typed: { name: saving.typed?.['name'] ?? '', shared: saving.typed?.['shared'] === 'true' },
      changing: saving.of ?? 0,
      ...problemView(saving.problem),
    };
  }

  const sortOf = (text: string | undefined): Sort => SORTS.find((one) => one === text) ?? 'newest';

  app.get(
    '/search',
    { config: { access: 'viewer' }, schema: { querystring: SearchQuery } },
    async (request, reply) => {
      const { q = '', sort, cursor } = request.query;
      return reply.page('search/show', await view(request, { q, sort: sortOf(sort), cursor }));
    },
  );

  /** What can be completed: asked once by the search field, when somebody comes to it. */
  app.get('/search/operators', { config: { access: 'viewer' } }, async (_request, reply) => {
    reply.header('cache-control', 'private, max-age=300');
    return reply.type('application/json').send(JSON.stringify(await completions(db, catalogue)));
  });

  app.get(
    '/views/:id',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const row = await getSaved(db, viewerOf(request), request.params.id);
      return reply.redirect(searchLink(row.query, row.sort === 'best' ? { sort: row.sort } : {}), 303);
    },
  );

  app.post('/views', { config: { access: 'viewer' } }, async (request, reply) => {
    const typed = typedAgain(request.body);
    return orFormAgain(
      reply,
      async () => {
        const { name, query, sort = 'newest', shared = false } = readForm(SaveForm, request.body);
        await formOnce(db, request, { what: 'save a search' }, (trx) =>
          saveSearch(trx, viewerOf(request), { name, query, sort, shared }),
        );
        return reply.done(searchLink(query, sort === 'best' ? { sort } : {}), `Saved as “${name.trim()}”.`);
      },
      async (problem) => ({
        view: 'search/show',
        data: await view(
          request,
          { q: (typed['query'] ?? '').slice(0, MAX_QUERY), sort: sortOf(typed['sort']) },
          { typed, problem },
        ),
      }),
    );
  });

  app.post(
    '/views/:id',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const { name, version, shared = false } = readForm(ChangeForm, request.body);
          await formOnce(db, request, { what: `change view ${id}` }, async (trx) => {
            await changeSaved(trx, viewerOf(request), id, version, { name, shared });
          });
          return reply.done('/search', `It is called “${name.trim()}” now.`);
        },
        async (problem) => ({
          view: 'search/show',
          data: await view(
            request,
            { q: '', sort: 'newest' },
            { typed: typedAgain(request.body), problem, of: id },
          ),
        }),
      );
    },
  );

  app.post(
    '/views/:id/deletion',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      await formOnce(db, request, { what: `delete view ${id}` }, async (trx) => {
        await deleteSaved(trx, viewerOf(request), id);
      });
      return reply.done('/search', 'The view is deleted.');
    },
  );
};
