import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, orNull, type Static, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { apiRoutes, wholeList } from '../../web/api-route.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { apiShown } from '../../web/idempotency.ts';
import { openLibrary, type Shelved } from '../library.ts';
import { placeOf, restoreBuiltIn, saveTemplate } from './template-edit.ts';
import { standingText, stateOf } from './template-page.ts';
import { TemplateParams, templateNamed } from './template-params.ts';
import { listVersions, textOfVersion, type VersionRow } from './template-store.ts';
import { MAX_NOTE, partsOfKey, TEXT_FIELDS, textOf } from './template-text.ts';

const route = apiRoutes('letters');
const Text = Type.Object({
  title: Type.String(),
  when: Type.String(),
  subject: Type.String(),
  body: Type.String(),
});
const Short = {
  key: Type.String(),
  language: Type.String(),
  owner: Type.String(),
  round: Type.String(),
  title: Type.String(),
  when: Type.String(),
  claims: Type.Array(Type.String()),
  state: Type.String(),
  /** 0: nobody changed it yet. */
  version: Type.Integer(),
  changedBy: orNull(Type.String()),
  changedAt: orNull(Type.String({ format: 'date-time' })),
  releaseChanged: Type.Boolean(),
};
const Problems = Type.Array(
  Type.Object({ field: Type.String(), line: Type.Integer(), column: Type.Integer(), words: Type.String() }),
);
const Whole = Type.Object({
  ...Short,
  subject: Type.String(),
  body: Type.String(),
  needs: Type.Array(Type.String()),
  builtIn: orNull(Text),
  problems: Problems,
});
const Version = Type.Object({
  version: Type.Integer(),
  at: Type.String({ format: 'date-time' }),
  by: Type.String(),
  note: Type.String(),
  /** Null: back to what is built in. */
  text: orNull(Text),
});
const Since = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 2_147_483_647,
    description: 'the version that yours follows; refused when there is a newer one',
  }),
);

const shortOf = (place: Shelved) => {
  const { owner, round } = partsOfKey(place.key);
  return {
    key: place.key,
    language: place.language,
    owner,
    round,
    title: standingText(place)?.title ?? '',
    when: standingText(place)?.when ?? '',
    claims: place.inForce?.claims ?? [],
    state: stateOf(place),
    version: place.newest?.version ?? 0,
    changedBy: place.newest?.by_name ?? null,
    changedAt: place.newest?.at.toISOString() ?? null,
    releaseChanged: place.releaseChanged,
  };
};

const wholeOf = (place: Shelved): Static<typeof Whole> => {
  const text = standingText(place);
  return {
    ...shortOf(place),
    subject: text?.subject ?? '',
    body: text?.body ?? '',
    needs: place.inForce?.needs ?? [],
    builtIn: place.builtIn ? textOf(place.builtIn) : null,
    problems: place.problems,
  };
};

const versionOf = (row: VersionRow): Static<typeof Version> => ({
  version: row.version,
  at: row.at.toISOString(),
  by: row.by_name,
  note: row.note,
  text: textOfVersion(row),
});

const LIST = 'template-versions';

export const templateApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;
  const URL = '/letter-templates/:owner/:round/:language';

  const placeIn = (params: Static<typeof TemplateParams>) =>
    placeOf(db, letters, catalogue, templateNamed(params));

  app.get(
    '/letter-templates',
    route('viewer', 'templates:read', {
      summary: 'Letter templates: what is built in, and what was made of it',
      response: { 200: wholeList(Type.Object(Short)) },
    }),
    async () => ({ items: (await letters.shelf(db)).map(shortOf), next: null }),
  );

  app.get(
    URL,
    route('viewer', 'templates:read', {
      summary: 'One letter template; its key is owner/round',
      params: TemplateParams,
      response: { 200: Whole },
    }),
    async (request) => wholeOf(await placeIn(request.params)),
  );

  app.put(
    URL,
    route('admin', 'templates:write', {
      summary: 'Save a text as the newest version; its mistakes are told with line and column',
      params: TemplateParams,
      body: Type.Object(
        { ...TEXT_FIELDS, note: Type.Optional(Type.String({ maxLength: MAX_NOTE })), version: Since },
        closed,
      ),
      response: { 200: Whole },
    }),
    async (request) => {
      const place = await placeIn(request.params);
      const { version, ...text } = request.body;
      const since = version ?? place.newest?.version ?? 0;
      await db
        .transaction()
        .execute((trx) => saveTemplate(trx, actorOf(request), letters, place, { ...text, since }));
      return wholeOf(await placeIn(request.params));
    },
  );

  app.post(
    `${URL}/built-in`,
    route('admin', 'templates:write', {
      summary: 'Back to what is built in; a template of one’s own is taken away',
      params: TemplateParams,
      body: orNull(Type.Object({ version: Since }, closed)),
      response: { 200: Whole },
    }),
    async (request) => {
      const name = templateNamed(request.params);
      return apiShown(
        db,
        request,
        async (trx) => {
          const place = await placeOf(trx, letters, catalogue, name);
          const since = request.body?.version ?? place.newest?.version ?? 0;
          return restoreBuiltIn(trx, actorOf(request), place, since);
        },
        // By a library of its own: what is not committed yet is nothing to remember.
        async (of) => wholeOf(await placeOf(of, openLibrary(), catalogue, name)),
      );
    },
  );

  app.get(
    `${URL}/versions`,
    route('viewer', 'templates:read', {
      summary: 'Versions of a letter template, the newest first',
      params: TemplateParams,
      querystring: Type.Object({
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
        cursor: Type.Optional(Type.String({ maxLength: 200 })),
      }),
      response: { 200: Type.Object({ items: Type.Array(Version), next: orNull(Type.String()) }) },
    }),
    async (request) => {
      const place = await placeIn(request.params);
      const { limit = 50, cursor } = request.query;
      const [below] = readCursor(cursor, LIST, ['number']) ?? [];
      const page = await listVersions(db, place, { limit, below });
      return { items: page.items.map(versionOf), next: page.next ? writeCursor(LIST, [page.next]) : null };
    },
  );
};
