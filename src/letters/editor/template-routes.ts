import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from '../../json-schema.ts';
import { notFound } from '../../problem.ts';
import { reaches, viewerOf } from '../../web/access.ts';
import { openTrials } from '../wording-trials/store.ts';
import { placeOf } from './template-edit.ts';
import {
  choices,
  KIND_WORDS,
  listView,
  showView,
  standingText,
  templateHref,
  textDiff,
  versionView,
} from './template-page.ts';
import {
  IncidentNumber,
  TemplateParams,
  templateNamed,
  VersionNumber,
  VersionParams,
} from './template-params.ts';
import { templateShown } from './template-show.ts';
import { getVersion, textOfVersion } from './template-store.ts';

const Word = Type.Optional(Type.String({ maxLength: 60 }));
const Filter = Type.Object({ for: Word, round: Word, language: Word, state: Word });

/** Reading templates: the list, one of them, its versions. */
export const templatePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;
  const isAdmin = (request: FastifyRequest) => reaches(viewerOf(request).role, 'admin');

  const placeIn = (params: Static<typeof TemplateParams>) =>
    placeOf(db, letters, catalogue, templateNamed(params));

  app.get(
    '/settings/letters',
    { config: { access: 'viewer' }, schema: { querystring: Filter } },
    async (request, reply) =>
      reply.page('templates/list', {
        ...listView(await letters.shelf(db), catalogue.byKey, request.query, await openTrials(db)),
        canEdit: isAdmin(request),
      }),
  );

  app.get(
    '/settings/letters/new',
    {
      config: { access: 'admin' },
      schema: { querystring: Type.Object({ owner: Word, round: Word, language: Word }) },
    },
    async (request, reply) => {
      const { owner, round, language } = request.query;
      if (owner && round && language) {
        const place = await placeOf(db, letters, catalogue, { key: `${owner}/${round}`, language });
        return reply.redirect(`${templateHref(place)}${standingText(place) ? '' : '/edit'}`, 303);
      }
      return reply.page('templates/new', {
        kinds: Object.entries(KIND_WORDS).map(([key, words]) => ({ key, words })),
        providers: catalogue.providers.map(({ key, name }) => ({ key, words: name })),
        query: { owner: owner ?? '', round: round ?? '', language: language ?? '' },
        ...choices(),
      });
    },
  );

  app.get(
    '/settings/letters/:owner/:round/:language',
    {
      config: { access: 'viewer' },
      schema: {
        params: TemplateParams,
        querystring: Type.Object({ incident: IncidentNumber, below: Type.Optional(VersionNumber) }),
      },
    },
    async (request, reply) => {
      const place = await placeIn(request.params);
      const text = standingText(place);
      if (!text && !place.newest) throw notFound(`letter template ${place.key} in ${place.language}`);
      return reply.page(
        'templates/show',
        await templateShown(app.desk, place, { ...request.query, canEdit: isAdmin(request) }),
      );
    },
  );

  app.get(
    '/settings/letters/:owner/:round/:language/versions/:version',
    { config: { access: 'viewer' }, schema: { params: VersionParams } },
    async (request, reply) => {
      const place = await placeIn(request.params);
      const { version } = request.params;
      const row = await getVersion(db, place, version);
      const before = version > 1 ? await getVersion(db, place, version - 1) : undefined;
      // Where a version says nothing of its own, what was built in at that time stood.
      const was = (before && textOfVersion(before)) ?? before?.built_in ?? row.built_in;
      const text = textOfVersion(row) ?? row.built_in;
      return reply.page('templates/version', {
        ...showView(place, catalogue.byKey),
        shown: versionView(row, templateHref(place)),
        since: before && textOfVersion(before) ? `version ${version - 1}` : 'what was built in',
        diff: was && text ? textDiff(was, text) : [],
        isFirst: !was,
        whole: text,
        isNewest: version === place.newest?.version,
        canEdit: isAdmin(request),
      });
    },
  );
};
