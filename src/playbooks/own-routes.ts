import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, Version } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { ROUTE_KINDS as KINDS_OF_ROUTES, REASONS, type Route } from '../providers/schema.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { OUR_SOURCE, type OwnProvider, ownInput, ownRoute } from './own.ts';
import { addOwn, changeOwn, getOwn, removeOwn } from './own-store.ts';
import { ProviderParams } from './params.ts';
import { KINDS, LANGUAGES, ROUTE_KINDS } from './words.ts';

const Lines = (most: number) => Type.Optional(Type.String({ maxLength: most }));
const short = (about: string, most = 200) =>
  Type.Optional(Type.String({ maxLength: most, description: about }));
const OwnForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120, description: 'its name' }),
  operator: short('who runs it'),
  kind: Type.Enum(['mailbox-provider', 'filter-vendor', 'block-list']),
  about: short('what it is', 2000),
  aliases: Lines(1000),
  languages: Type.Optional(Type.Array(Type.String({ maxLength: 2 }), { maxItems: 9 })),
  domains: Lines(20_000),
  hosts: Lines(10_000),
  phrases: Lines(4000),
  reason: Type.Optional(Type.Enum([...REASONS])),
  senders: Lines(2000),
  version: Type.Optional(Version),
});
const WayForm = Type.Object({
  way: Type.Optional(Type.Enum([...KINDS_OF_ROUTES])),
  url: short('the address of a page', 500),
  address: short('a mail address', 254),
  phone: short('a telephone number', 40),
  answeredWithin: Type.Optional(Type.Number({ minimum: 0, maximum: 8784, description: 'hours' })),
  followUpAfter: Type.Optional(Type.Number({ minimum: 0, maximum: 8784, description: 'hours' })),
});

const linesOf = (text = '') =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
const namesOf = (text = '') => text.split(/[\s,;]+/).filter(Boolean);

function checkCount(field: string, list: string[], most: number): string[] {
  if (list.length > most) throw invalid(field, `At most ${most}.`);
  return list;
}

function ownFrom(body: unknown): { given: OwnProvider; version: number | undefined } {
  const form = readForm(OwnForm, body);
  const languages = (form.languages ?? ['en']).filter(
    (one): one is keyof typeof LANGUAGES => one in LANGUAGES,
  );
  const given: OwnProvider = {
    name: form.name,
    operator: form.operator,
    kind: form.kind,
    about: form.about,
    aliases: checkCount('aliases', linesOf(form.aliases), 30),
    languages: languages.length > 0 ? languages : ['en'],
    domains: checkCount('domains', namesOf(form.domains), 400),
    hosts: checkCount('hosts', namesOf(form.hosts), 100),
    phrases: checkCount('phrases', linesOf(form.phrases), 20),
    reason: form.reason ?? 'ip-reputation',
    senders: checkCount('senders', namesOf(form.senders), 30),
  };
  return { given, version: form.version };
}

/** The usual way to ask, and the times, as the form for a new provider has them. */
function partsFrom(body: unknown) {
  const form = readForm(WayForm, body);
  const times = {
    ...(form.answeredWithin === undefined ? {} : { answeredWithin: form.answeredWithin }),
    ...(form.followUpAfter === undefined ? {} : { followUpAfter: form.followUpAfter }),
  };
  const timing = { ...times, workingDays: true, source: OUR_SOURCE, verified: false };
  if (form.way === undefined) return { timing };
  const route: Pick<Route, 'key' | 'kind' | 'name'> & Partial<Route> = {
    key: 'usual',
    kind: form.way,
    name: `Usual way: ${ROUTE_KINDS[form.way]}`,
    ...(form.url ? { url: form.url } : {}),
    ...(form.address ? { address: form.address } : {}),
    ...(form.phone ? { phone: form.phone } : {}),
    ...(form.way === 'none' ? { notes: ['Nothing to ask for.'] } : {}),
  };
  return { timing, routes: [ownRoute(route)] };
}

const shown = (given: Partial<OwnProvider>) => ({
  ...given,
  aliases: given.aliases?.join('\n') ?? '',
  domains: given.domains?.join('\n') ?? '',
  hosts: given.hosts?.join('\n') ?? '',
  phrases: given.phrases?.join('\n') ?? '',
  senders: given.senders?.join('\n') ?? '',
});

type Typed = Record<string, unknown>;
const options = (words: Record<string, string>, chosen: unknown) =>
  Object.entries(words).map(([value, text]) => ({ value, text, chosen: [chosen].flat().includes(value) }));
const REASON_WORDS = Object.fromEntries(REASONS.map((reason) => [reason, reason.replaceAll('-', ' ')]));

const INPUTS = Object.fromEntries(
  [...Object.keys(OwnForm.properties), ...Object.keys(WayForm.properties)].map((name) => [name, '']),
);

/** The form for an own provider, with what stands there or was typed. */
const formView = (values: Typed, problem?: FormProblem) => ({
  values: { ...INPUTS, ...values },
  kinds: options(KINDS, values['kind'] ?? 'mailbox-provider'),
  languages: options(LANGUAGES, values['languages'] ?? ['en']),
  reasons: options(REASON_WORDS, values['reason'] ?? 'ip-reputation'),
  ways: options(ROUTE_KINDS, values['way'] ?? ''),
  ...problemView(problem),
});

/** Providers that no release knows. */
export const ownProviderPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, playbooks } = app.desk;

  app.get('/providers/new', { config: { access: 'operator' } }, async (_request, reply) =>
    reply.page('playbooks/own', { key: '', name: '', ...formView({}) }),
  );

  app.post('/providers', { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { given } = ownFrom(request.body);
        const parts = partsFrom(request.body);
        const key = await formOnce(db, request, { what: 'add provider' }, (trx) =>
          addOwn(trx, actorOf(request), playbooks.builtIn, given, parts),
        );
        await playbooks.refresh();
        return reply.done(`/providers/${key}`, `${given.name} is in the catalogue.`);
      },
      async (problem) => ({
        view: 'playbooks/own',
        data: { key: '', name: '', ...formView((request.body ?? {}) as Typed, problem) },
      }),
    ),
  );

  app.get(
    '/providers/:key/edit',
    { config: { access: 'operator' }, schema: { params: ProviderParams } },
    async (request, reply) => {
      const { data, version } = await getOwn(db, request.params.key);
      return reply.page('playbooks/own', {
        key: data.key,
        name: data.name,
        ...formView({ ...shown(ownInput(data)), version }),
      });
    },
  );

  app.post(
    '/providers/:key/edit',
    { config: { access: 'operator' }, schema: { params: ProviderParams } },
    async (request, reply) => {
      const { data, version: newest } = await getOwn(db, request.params.key);
      return orFormAgain(
        reply,
        async () => {
          const { given, version } = ownFrom(request.body);
          await formOnce(db, request, { what: `change provider ${data.key}` }, async (trx) => {
            await changeOwn(trx, actorOf(request), playbooks.builtIn, data.key, given, version);
          });
          await playbooks.refresh();
          return reply.done(`/providers/${data.key}`, 'Changed.');
        },
        async (problem) => ({
          view: 'playbooks/own',
          data: {
            key: data.key,
            name: data.name,
            ...formView({ ...((request.body ?? {}) as Typed), version: newest }, problem),
          },
        }),
      );
    },
  );

  app.post(
    '/providers/:key/removal',
    { config: { access: 'operator' }, schema: { params: ProviderParams } },
    async (request, reply) => {
      const { key } = request.params;
      await formOnce(db, request, { what: `remove provider ${key}` }, async (trx) => {
        await removeOwn(trx, actorOf(request), key);
      });
      await playbooks.refresh();
      return reply.done('/providers', 'Taken out of the catalogue.');
    },
  );
};
