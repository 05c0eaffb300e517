import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Trx } from '../database/open.ts';
import { Id, Type, Version } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import { Provider, REASONS } from '../providers/schema.ts';
import { actorOf } from '../web/access.ts';
import { PageQuery, pageOf } from '../web/api.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiKey } from '../web/idempotency.ts';
import { type Answer, once } from '../web/once.ts';
import { resetFact, setFact } from './change-fact.ts';
import { standingOf } from './effective.ts';
import { addOwn, changeOwn, removeOwn } from './own-store.ts';
import { ProviderParams } from './routes.ts';
import { addNote, listChanges, listNotes, removeNote } from './store.ts';

const tags = ['providers'];
const closed = { additionalProperties: false };
const Nothing = { 204: Type.Null() };
const LIST = 'playbook-changes';
const Any = Type.Unknown();
const Path = Type.String({ minLength: 1, maxLength: 200 });
const SeenVersion = Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 }));

const FactJson = Type.Object({
  path: Type.String(),
  value: Any,
  builtInThen: Any,
  builtInNow: Any,
  changedByRelease: Type.Boolean(),
  version: Type.Integer(),
  setAt: Type.String(),
  setBy: Type.String(),
});
const NoteJson = Type.Object({ id: Id, text: Type.String(), at: Type.String(), by: Type.String() });
const ChangeJson = Type.Object({
  id: Id,
  kind: Type.String(),
  path: Type.String(),
  before: Any,
  after: Any,
  at: Type.String(),
  by: Type.String(),
});
const names = (maxItems: number) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { maxItems, default: [] });
const { kind, languages } = Provider.properties;
const OwnBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 120 }),
    operator: Type.Optional(Type.String({ maxLength: 200 })),
    kind,
    about: Type.Optional(Type.String({ maxLength: 2000 })),
    aliases: names(30),
    languages,
    domains: names(400),
    hosts: names(100),
    phrases: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 20, default: [] }),
    reason: Type.Enum([...REASONS], { default: 'ip-reputation' }),
    senders: names(30),
  },
  closed,
);

/** Playbooks over the API: what is known, and what people change about it. */
export const playbookApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, playbooks } = app.desk;

  async function getProvider(key: string) {
    await playbooks.refresh();
    const provider = catalogue.byKey.get(key);
    if (!provider) throw notFound('such provider in the catalogue');
    return provider;
  }
  /** Changes playbooks once for the request's key, and knows of it here before it is answered. */
  async function changing(request: FastifyRequest, what: string, effect: (trx: Trx) => Promise<Answer>) {
    const input = { params: request.params, query: request.query, body: request.body };
    const answer = await once(db, { actor: actorOf(request), key: apiKey(request), what, input }, effect);
    await playbooks.refresh();
    return answer;
  }
  const done = (effect: (trx: Trx) => Promise<void>) => async (trx: Trx) => {
    await effect(trx);
    return { status: 204, body: null };
  };

  app.get(
    '/providers',
    { config: { access: 'viewer' }, schema: { tags, summary: 'The catalogue' } },
    async () => {
      await playbooks.refresh();
      return {
        items: catalogue.providers.map(({ key, name, operator, kind, aliases, domains }) => ({
          ...{ key, name, operator: operator ?? null, kind, aliases, domains },
        })),
        next: null,
      };
    },
  );

  app.get(
    '/providers/:key',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'What is known of one provider, with what people changed',
        params: ProviderParams,
      },
    },
    async (request) => getProvider(request.params.key),
  );

  app.post(
    '/providers',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Add a provider that no release knows; facts of its playbook are set one by one',
        body: OwnBody,
        response: { 201: Type.Object({ key: Type.String() }) },
      },
    },
    async (request, reply) => {
      const answer = await changing(request, 'POST /providers', async (trx) => ({
        status: 201,
        body: { key: await addOwn(trx, actorOf(request), playbooks.builtIn, request.body) },
      }));
      return reply.code(201).send(answer.body as { key: string });
    },
  );

  app.put(
    '/providers/:key',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Change what is said of an own provider; its other facts stay',
        params: ProviderParams,
        querystring: Type.Object({ version: Type.Optional(Version) }),
        body: OwnBody,
        response: Nothing,
      },
    },
    async (request, reply) => {
      const { key } = request.params;
      const { version } = request.query;
      const change = (trx: Trx) =>
        changeOwn(trx, actorOf(request), playbooks.builtIn, key, request.body, version);
      await changing(request, 'PUT /providers', done(change));
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/providers/:key',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Take an own provider without incidents out of the catalogue',
        params: ProviderParams,
        response: Nothing,
      },
    },
    async (request, reply) => {
      const { key } = request.params;
      await changing(
        request,
        'DELETE /providers',
        done((trx) => removeOwn(trx, actorOf(request), key)),
      );
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/providers/:key/facts',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'Facts of a built-in playbook that people changed, each beside what the release says',
        params: ProviderParams,
        response: { 200: Type.Object({ items: Type.Array(FactJson) }) },
      },
    },
    async (request) => {
      const { key } = await getProvider(request.params.key);
      const builtIn = playbooks.builtIn.byKey.get(key);
      const facts = builtIn ? playbooks.overlay().facts.filter(({ provider }) => provider === key) : [];
      return {
        items: facts.map((fact) => {
          const { builtInNow, released } = standingOf(fact, builtIn as NonNullable<typeof builtIn>);
          const { path, value, builtIn: builtInThen, version, setAt, setBy } = fact;
          const times = { version, setAt: setAt.toISOString(), setBy };
          return { path, value, builtInThen, builtInNow, changedByRelease: released, ...times };
        }),
      };
    },
  );

  app.put(
    '/providers/:key/facts',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Change one fact of a playbook, such as timing/followUpAfter; null leaves it out',
        params: ProviderParams,
        body: Type.Object(
          { path: Path, value: Any, version: SeenVersion },
          { ...closed, required: ['path', 'value'] },
        ),
        response: Nothing,
      },
    },
    async (request, reply) => {
      const { key } = await getProvider(request.params.key);
      const fact = { provider: key, ...request.body };
      const change = (trx: Trx) => setFact(trx, actorOf(request), playbooks.builtIn, fact);
      await changing(request, 'PUT /providers/facts', done(change));
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/providers/:key/facts',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Let a fact be as the release has it',
        params: ProviderParams,
        querystring: Type.Object({ path: Path, version: SeenVersion }),
        response: Nothing,
      },
    },
    async (request, reply) => {
      const fact = { provider: request.params.key, ...request.query };
      const change = (trx: Trx) => resetFact(trx, actorOf(request), playbooks.builtIn, fact);
      await changing(request, 'DELETE /providers/facts', done(change));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/providers/:key/notes',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'Notes that people wrote on a playbook',
        params: ProviderParams,
        response: { 200: Type.Object({ items: Type.Array(NoteJson) }) },
      },
    },
    async (request) => {
      const { key } = await getProvider(request.params.key);
      const notes = await listNotes(db, key);
      return {
        items: notes.map((one) => ({
          id: one.id,
          text: one.text,
          at: one.created_at.toISOString(),
          by: one.created_by_name,
        })),
      };
    },
  );

  app.post(
    '/providers/:key/notes',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Write a note on a playbook',
        params: ProviderParams,
        body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 4000 }) }, closed),
        response: { 201: Type.Object({ id: Id }) },
      },
    },
    async (request, reply) => {
      const { key } = await getProvider(request.params.key);
      const answer = await changing(request, 'POST /providers/notes', async (trx) => ({
        status: 201,
        body: { id: await addNote(trx, actorOf(request), key, request.body.text) },
      }));
      return reply.code(201).send(answer.body as { id: number });
    },
  );

  app.delete(
    '/providers/:key/notes/:id',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Take a note off a playbook; the history keeps its words',
        params: Type.Object({ ...ProviderParams.properties, id: Id }),
        response: Nothing,
      },
    },
    async (request, reply) => {
      const { key, id } = request.params;
      await changing(
        request,
        'DELETE /providers/notes',
        done((trx) => removeNote(trx, actorOf(request), key, id)),
      );
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/providers/:key/changes',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'What people changed about a playbook, the newest first',
        params: ProviderParams,
        querystring: Type.Object(PageQuery),
        response: { 200: pageOf(ChangeJson) },
      },
    },
    async (request) => {
      const { limit = 50, cursor } = request.query;
      const [before] = readCursor(cursor, LIST, ['id']) ?? [];
      const page = await listChanges(db, request.params.key, { limit, before });
      return {
        items: page.items.map((row) => ({
          ...{ id: row.id, kind: row.kind, path: row.path, before: row.before, after: row.after },
          at: row.at.toISOString(),
          by: row.actor_name,
        })),
        next: page.next ? writeCursor(LIST, [page.next]) : null,
      };
    },
  );
};
