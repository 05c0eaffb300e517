import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readForm, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { CLAIM_KEYS, claimText } from '../claims/claims.ts';
import type { Shelved } from '../library.ts';
import type { Round } from '../rounds.ts';
import { suggestTemplate, unknownDesk } from '../suggest.ts';
import { SHAPES, TABLES, VARIABLES } from '../variables.ts';
import { openTrial } from '../wording-trials/store.ts';
import { waitsFor } from '../wording-trials/view.ts';
import { placeOf, readFor, restoreBuiltIn, saveTemplate } from './template-edit.ts';
import {
  problemViews,
  showView,
  standingText,
  templateHref,
  versionView,
  withRelease,
} from './template-page.ts';
import { IncidentNumber, TemplateParams, templateNamed, VersionNumber } from './template-params.ts';
import { NO_PREVIEW, previewFor } from './template-preview.ts';
import { getVersion, textOfVersion } from './template-store.ts';
import { MAX_NOTE, partsOfKey, plainText, TEXT_FIELDS, type TemplateText } from './template-text.ts';

const Since = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const EditForm = Type.Object({
  ...TEXT_FIELDS,
  note: Type.Optional(Type.String({ maxLength: MAX_NOTE })),
  version: Since,
});
const PreviewForm = Type.Object({ ...TEXT_FIELDS, incident: IncidentNumber });

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

/** Changing templates. */
export const editorPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;

  const placeIn = (params: Static<typeof TemplateParams>) =>
    placeOf(db, letters, catalogue, templateNamed(params));

  const headingOf = (place: Shelved) => {
    const text = standingText(place);
    return text ? `Edit: ${text.title}` : 'A new template';
  };

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
    const number = Number(values.incident);
    const preview =
      Number.isInteger(number) && number > 0 && problems.length === 0
        ? await previewFor(app.desk, place, values, number)
        : NO_PREVIEW;
    return {
      ...showView(place, catalogue.byKey),
      heading: headingOf(place),
      values,
      mistakes: problemViews(problems, values),
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
      waits: waitsFor(await openTrial(db, place)),
    };
  }

  /** What an empty place begins with: what is offered in it today. */
  async function beginning(place: Shelved): Promise<TemplateText> {
    const { owner, round, of } = partsOfKey(place.key);
    const provider =
      of === 'kind' ? { ...unknownDesk(''), kind: owner as never } : catalogue.byKey.get(owner);
    const near =
      provider && suggestTemplate(await letters.current(db), provider, round as Round, place.language);
    return near ?? EMPTY;
  }

  app.get(
    '/settings/letters/:owner/:round/:language/edit',
    {
      config: { access: 'admin' },
      schema: {
        params: TemplateParams,
        querystring: Type.Object({
          incident: IncidentNumber,
          version: Type.Optional(VersionNumber),
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
    { config: { access: 'admin' }, schema: { params: TemplateParams } },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const { version: since, ...form } = readForm(EditForm, request.body);
          const place = await placeIn(request.params);
          const saved = await formOnce(
            db,
            request,
            { what: `template ${place.key} ${place.language}` },
            (trx) => saveTemplate(trx, actorOf(request), letters, place, { ...form, since }),
          );
          const waits = waitsFor(await openTrial(db, place));
          const words =
            saved === since
              ? 'Nothing was changed.'
              : `Version ${saved} saved. ${waits ? `${waits} It is in force when that ends.` : 'Letters are drafted from it now.'}`;
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
    { config: { access: 'admin' }, schema: { params: TemplateParams } },
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
    { config: { access: 'admin' }, schema: { params: TemplateParams } },
    async (request, reply) => {
      const { version: since } = readForm(Type.Object({ version: Since }), request.body);
      const place = await placeIn(request.params);
      await formOnce(db, request, { what: `built-in ${place.key} ${place.language}` }, (trx) =>
        restoreBuiltIn(trx, actorOf(request), place, since),
      );
      const waits = place.builtIn ? waitsFor(await openTrial(db, place)) : '';
      return reply.done(
        templateHref(place),
        place.builtIn
          ? `Back to what is built in. Your versions stay below.${waits ? ` ${waits}` : ''}`
          : 'Taken away. Its versions stay below.',
      );
    },
  );
};
