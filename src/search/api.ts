import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { SavedSearchRow } from '../database/tables.ts';
import { closed, Id, IdParams, orNull, Type, Version } from '../json-schema.ts';
import { viewerOf } from '../web/access.ts';
import { apiRoutes, NOTHING, PageQuery, wholeList } from '../web/api-route.ts';
import { apiOnce } from '../web/idempotency.ts';
import { readAfter, writeAfter } from './cursor.ts';
import { KINDS } from './operators.ts';
import { linkOf } from './page.ts';
import { MAX_QUERY } from './query.ts';
import { changeSaved, deleteSaved, getSaved, listSaved, saveSearch } from './saved-store.ts';
import { SORTS, search } from './search.ts';
import type { Hit } from './store.ts';

const route = apiRoutes('search');
const MaybeText = orNull(Type.String());

const Pieces = Type.Array(Type.Object({ text: Type.String(), found: Type.Boolean() }));
const HitJson = Type.Object({
  kind: Type.Enum([...KINDS]),
  id: Id,
  at: Type.String({ format: 'date-time' }),
  title: Pieces,
  snippet: Pieces,
  incident: orNull(
    Type.Object({
      number: Type.Integer(),
      title: Type.String(),
      state: Type.String(),
      provider: Type.String(),
    }),
  ),
  verdict: MaybeText,
  by: MaybeText,
  link: Type.String(),
});
const hitJson = (hit: Hit) => ({
  kind: hit.kind,
  id: hit.sourceId,
  at: hit.at.toISOString(),
  title: hit.title,
  snippet: hit.snippet,
  incident: hit.incident,
  verdict: hit.verdict,
  by: hit.by,
  link: linkOf(hit),
});
const Fault = Type.Object({ at: Type.Integer(), length: Type.Integer(), words: Type.String() });
const Facet = Type.Object({ of: Type.String(), value: Type.String(), n: Type.Integer() });

const ViewJson = Type.Object({
  id: Id,
  name: Type.String(),
  query: Type.String(),
  sort: Type.Enum([...SORTS]),
  shared: Type.Boolean(),
  createdBy: Type.String(),
  version: Version,
  link: Type.String(),
});
const viewJson = (row: SavedSearchRow) => ({
  ...{
    id: row.id,
    name: row.name,
    query: row.query,
    sort: row.sort,
    shared: row.shared,
    version: row.version,
  },
  createdBy: row.created_by_name,
  link: `/views/${row.id}`,
});
const viewFields = {
  name: Type.String({ minLength: 1, maxLength: 80 }),
  query: Type.String({ minLength: 1, maxLength: MAX_QUERY }),
  sort: Type.Optional(Type.Enum([...SORTS])),
  shared: Type.Optional(Type.Boolean()),
};

export const searchApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.get(
    '/search',
    route('viewer', 'search:read', {
      summary:
        'Incidents, messages, letters, notes, tickets, addresses and people. What of the query is not understood is left out and named in `faults`',
      querystring: Type.Object({
        ...PageQuery,
        q: Type.String({ maxLength: 4000 }),
        sort: Type.Optional(Type.Enum([...SORTS], { default: 'newest' })),
        facets: Type.Optional(Type.Boolean({ default: false })),
      }),
      response: {
        200: Type.Object({
          items: Type.Array(HitJson),
          next: MaybeText,
          faults: Type.Array(Fault),
          /** How the newest of what was found divide. */
          facets: Type.Array(Facet),
        }),
      },
    }),
    async (request) => {
      const { q, limit = 50, cursor, sort = 'newest', facets = false } = request.query;
      const result = await search(
        db,
        { text: q, sort, limit, after: readAfter(cursor, sort), facets },
        viewerOf(request),
        catalogue,
      );
      return {
        items: result.hits.map(hitJson),
        next: result.next && writeAfter(result.next),
        faults: result.faults,
        facets: result.facets,
      };
    },
  );

  app.get(
    '/views',
    route('viewer', 'search:read', {
      summary: 'Saved searches, own and shared, by name',
      response: { 200: wholeList(ViewJson) },
    }),
    async (request) => ({ items: (await listSaved(db, viewerOf(request))).map(viewJson), next: null }),
  );

  app.get(
    '/views/:id',
    route('viewer', 'search:read', {
      summary: 'A saved search',
      params: IdParams,
      response: { 200: ViewJson },
    }),
    async (request) => viewJson(await getSaved(db, viewerOf(request), request.params.id)),
  );

  app.post(
    '/views',
    route('operator', 'search:write', {
      summary: 'Save a search under a name; one that a token saves is shared',
      body: Type.Object(viewFields, closed),
      response: { 201: ViewJson },
    }),
    async (request, reply) => {
      const { sort = 'newest', shared = false, ...named } = request.body;
      const view = await apiOnce(db, request, async (trx) => {
        const id = await saveSearch(trx, viewerOf(request), { ...named, sort, shared });
        return viewJson(await getSaved(trx, viewerOf(request), id));
      });
      return reply.code(201).header('location', `/api/v1/views/${view.id}`).send(view);
    },
  );

  app.patch(
    '/views/:id',
    route('operator', 'search:write', {
      summary: 'Rename a saved search, or change what it searches for or whether it is shared',
      params: IdParams,
      body: Type.Object(
        {
          name: Type.Optional(viewFields.name),
          query: Type.Optional(viewFields.query),
          sort: viewFields.sort,
          shared: viewFields.shared,
          version: Type.Optional(Version),
        },
        closed,
      ),
      response: { 200: ViewJson },
    }),
    async (request) => {
      const { id } = request.params;
      const { version, ...change } = request.body;
      return db.transaction().execute(async (trx) => {
        await changeSaved(trx, viewerOf(request), id, version, change as object);
        return viewJson(await getSaved(trx, viewerOf(request), id));
      });
    },
  );

  app.delete(
    '/views/:id',
    route('operator', 'search:write', {
      summary: 'Delete a saved search',
      params: IdParams,
      response: NOTHING,
    }),
    async (request, reply) => {
      await db.transaction().execute((trx) => deleteSaved(trx, viewerOf(request), request.params.id));
      return reply.code(204).send(null);
    },
  );
};
