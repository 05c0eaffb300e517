import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from '../json-schema.ts';
import { notFound, Problem } from '../problem.ts';
import { actorOf, reaches, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { CLAIM_KEYS, claimText } from './claims.ts';
import { LANGUAGES } from './language.ts';
import type { Shelved } from './library.ts';
import { ROUNDS, type Round } from './rounds.ts';
import { suggestTemplate } from './suggest.ts';
import { placeOf, previewLetter, readFor, restoreBuiltIn, saveTemplate } from './template-edit.ts';
import {
  choices,
  KIND_WORDS,
  listView,
  type PreviewView,
  previewView,
  problemViews,
  showView,
  standingText,
  templateHref,
  textDiff,
  versionView,
  withRelease,
} from './template-page.ts';
import { getVersion, listVersions, textOfVersion } from './template-store.ts';
import { partsOfKey, plainText, TEXT_FIELDS, type TemplateText } from './template-text.ts';
import { SHAPES, TABLES, VARIABLES } from './variables.ts';

const Slug = Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 60 });
const Params = Type.Object({
  owner: Slug,
  round: Type.Enum([...ROUNDS]),
  language: Type.Enum(Object.keys(LANGUAGES)),
});
const Count = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
const VersionParams = Type.Object({ ...Params.properties, version: Count });
const IncidentNumber = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'the number of an incident' }),
);
const Word = Type.Optional(Type.String({ maxLength: 60 }));
const Filter = Type.Object({ for: Word, round: Word, language: Word, state: Word });
const Since = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const EditForm = Type.Object({
  ...TEXT_FIELDS,
  note: Type.Optional(Type.String({ maxLength: 300 })),
  version: Since,
});
const PreviewForm = Type.Object({ ...TEXT_FIELDS, incident: IncidentNumber });

const SHOWN = 30;
const TEXTS = ['title', 'when', 'subject', 'body', 'note', 'version', 'incident'];
const EMPTY: TemplateText = { title: '', when: '', subject: '', body: '' };

/** What may be named in a template, beside the form. */
const reference = (parts: ReadonlyMap<string, string>, language: string) => ({
  variables: Object.entries(VARIABLES).map(([name, standing]) => ({
    name,
    tag:
      SHAPES[name] === 'moment'
        ? `{{day ${name}}}`
        : SHAPES[name] === 'list'
          ? `{{list ${name}}}`
          : `{{${name}}}`,
    about:
      standing === 'condition'
        ? TABLES[name]
          ? `rows with ${Object.keys(TABLES[name]).join(', ')}`
          : 'for if and unless'
        : standing === 'guarded'
          ? 'may be empty: inside if'
          : '',
  })),
  parts: [...parts]
    .filter(([name]) => name.endsWith(`.${language}`))
    .map(([name, text]) => ({ tag: `{{> ${name}}}`, text })),
  claims: CLAIM_KEYS.map((key) => ({ key, words: claimText(key) })),
});

export const templatePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;
  const isAdmin = (request: FastifyRequest) => reaches(viewerOf(request).role, 'admin');

  const placeIn = ({ owner, round, language }: Static<typeof Params>) =>
    placeOf(db, letters, catalogue, { key: `${owner}/${round}`, language });

  app.get(
    '/settings/letters',
    { config: { access: 'viewer' }, schema: { querystring: Filter } },
    async (request, reply) =>
      reply.page('templates/list', {
        ...listView(await letters.shelf(db), catalogue.byKey, request.query),
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

  /** A preview for a page: what cannot be shown is told there, and is no error of the page. */
  async function previewOf(
    place: Shelved,
    text: TemplateText,
    number: number,
  ): Promise<{ preview: PreviewView | null; previewProblem: string }> {
    const { template, problems } = readFor(place, text, letters);
    if (problems.length > 0) return { preview: null, previewProblem: 'Put the mistakes right first.' };
    try {
      const draft = await previewLetter(db, catalogue, template, number, new Date());
      return { preview: previewView(draft), previewProblem: '' };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { preview: null, previewProblem: error.message };
    }
  }
  const NONE = { preview: null, previewProblem: '' };

  app.get(
    '/settings/letters/:owner/:round/:language',
    {
      config: { access: 'viewer' },
      schema: {
        params: Params,
        querystring: Type.Object({ incident: IncidentNumber, below: Type.Optional(Count) }),
      },
    },
    async (request, reply) => {
      const place = await placeIn(request.params);
      const text = standingText(place);
      if (!text && !place.newest) throw notFound(`letter template ${place.key} in ${place.language}`);
      const { incident, below } = request.query;
      const versions = await listVersions(db, place, { limit: SHOWN, below });
      return reply.page('templates/show', {
        ...showView(place, catalogue.byKey),
        versions: versions.items.map((row) => versionView(row, templateHref(place))),
        older: versions.next ? `${templateHref(place)}?below=${versions.next}#h-versions` : '',
        incident: incident ?? '',
        ...(incident && text ? await previewOf(place, text, incident) : NONE),
        canEdit: isAdmin(request),
      });
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

  type Again = { message: string; fields: Record<string, string>; code: string };

  /** Beside a field whose mistakes stand in the list. */
  const listed = (problems: { field: string }[]) =>
    Object.fromEntries(problems.map(({ field }) => [field, 'See the list of mistakes below.']));

  /** The form with what was typed, its mistakes, and the letter that it would give. */
  async function editor(
    place: Shelved,
    values: TemplateText & { note: string; since: number; incident: string },
    problem?: Again,
  ) {
    const { problems } = readFor(place, plainText(values), letters);
    const isBegun = values.subject !== '' || values.body !== '';
    const number = Number(values.incident);
    const preview =
      Number.isInteger(number) && number > 0 && problems.length === 0
        ? await previewOf(place, plainText(values), number)
        : NONE;
    return {
      ...showView(place, catalogue.byKey),
      heading: standingText(place)?.title ?? 'A new template',
      values,
      mistakes: isBegun ? problemViews(problems, values) : [],
      ...preview,
      reference: reference(letters.parts, place.language),
      errors: { ...problem?.fields, ...listed(problems) },
      problem: problem?.message ?? '',
      /** Whether what was typed and not saved comes back: not where another text was asked for. */
      keep: true,
      newer:
        problem?.code === 'changed-meanwhile' && place.newest
          ? versionView(place.newest, templateHref(place))
          : null,
      merged: '',
    };
  }

  /** What an empty place begins with: what is offered in it today. */
  async function beginning(place: Shelved): Promise<TemplateText> {
    const { owner, round, of } = partsOfKey(place.key);
    const provider = of === 'kind' ? { key: '', kind: owner as never } : catalogue.byKey.get(owner);
    const near =
      provider && suggestTemplate(await letters.current(db), provider, round as Round, place.language);
    return near ?? EMPTY;
  }

  app.get(
    '/settings/letters/:owner/:round/:language/edit',
    {
      config: { access: 'admin' },
      schema: {
        params: Params,
        querystring: Type.Object({
          incident: IncidentNumber,
          version: Type.Optional(Count),
          from: Type.Optional(Type.Enum(['release', 'built-in'])),
        }),
      },
    },
    async (request, reply) => {
      const place = await placeIn(request.params);
      const { version, from, incident } = request.query;
      const release = from === 'release' ? withRelease(place) : undefined;
      const old = version ? textOfVersion(await getVersion(db, place, version)) : null;
      const { title, when, subject, body } =
        release?.text ??
        (from === 'built-in' ? place.builtIn : undefined) ??
        old ??
        standingText(place) ??
        (await beginning(place));
      const values = {
        title,
        when,
        subject,
        body,
        note: release ? 'with what the release changed' : old ? `as in version ${version}` : '',
        since: place.newest?.version ?? 0,
        incident: String(incident ?? ''),
      };
      return reply.page('templates/edit', {
        ...(await editor(place, values)),
        keep: !release && !old && !from,
        merged: release
          ? release.conflicts > 0
            ? `What the release changed is below, but for ${release.conflicts} of your paragraphs, which it changed too: they stayed as you wrote them.`
            : 'What the release changed is below; what you wrote stayed. Read it, then save it.'
          : '',
      });
    },
  );

  const typedValues = (body: unknown) => {
    const typed = typedAgain(body, TEXTS);
    const of = (name: string) => typed[name] ?? '';
    return {
      title: of('title'),
      when: of('when'),
      subject: of('subject'),
      body: of('body'),
      note: of('note'),
      incident: of('incident'),
      since: Number.parseInt(of('version'), 10) || 0,
    };
  };

  app.post(
    '/settings/letters/:owner/:round/:language',
    { config: { access: 'admin' }, schema: { params: Params } },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const { version: since, ...form } = readForm(EditForm, request.body);
          const place = await placeIn(request.params);
          const answer = await formOnce(
            db,
            request,
            { what: `template ${place.key} ${place.language}` },
            async (trx) => ({
              status: 303,
              body: await saveTemplate(trx, actorOf(request), letters, place, { ...form, since }),
            }),
          );
          const words =
            answer.body === since
              ? 'Nothing was changed.'
              : `Version ${answer.body} saved. Letters are drafted from it now.`;
          return reply.done(templateHref(place), words);
        },
        async (problem) => {
          const place = await placeIn(request.params);
          const typed = typedValues(request.body);
          // Whoever saves again has seen that there is a newer version.
          const since = problem.code === 'changed-meanwhile' ? (place.newest?.version ?? 0) : typed.since;
          return { view: 'templates/edit', data: await editor(place, { ...typed, since }, problem) };
        },
      ),
  );

  /** Checks and shows what is typed, and keeps nothing. */
  app.post(
    '/settings/letters/:owner/:round/:language/preview',
    { config: { access: 'admin' }, schema: { params: Params } },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          readForm(PreviewForm, request.body);
          return reply.page(
            'templates/edit',
            await editor(await placeIn(request.params), typedValues(request.body)),
          );
        },
        async (problem) => ({
          view: 'templates/edit',
          data: await editor(await placeIn(request.params), typedValues(request.body), problem),
        }),
      ),
  );

  app.post(
    '/settings/letters/:owner/:round/:language/built-in',
    { config: { access: 'admin' }, schema: { params: Params } },
    async (request, reply) => {
      const { version: since } = readForm(Type.Object({ version: Since }), request.body);
      const place = await placeIn(request.params);
      await formOnce(db, request, { what: `built-in ${place.key} ${place.language}` }, async (trx) => ({
        status: 303,
        body: await restoreBuiltIn(trx, actorOf(request), place, since),
      }));
      return reply.done(
        templateHref(place),
        place.builtIn
          ? 'Back to what is built in. Your versions stay below.'
          : 'Taken away. Its versions stay below.',
      );
    },
  );
};
