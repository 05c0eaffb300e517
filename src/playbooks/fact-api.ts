import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Trx } from '../database/open.ts';
import { closed, Id, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, NOTHING, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { playbookChange } from './api-change.ts';
import { resetFact, setFact } from './change-fact.ts';
import { standingOf } from './effective.ts';
import { ProviderParams } from './params.ts';
import { addNote, listChanges, listNotes, removeNote } from './store.ts';

const route = apiRoutes('providers');
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

/** What people change about playbooks over the API: facts, notes, and the history of both. */
export const playbookApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, playbooks } = app.desk;
  const changing = playbookChange(app);

  app.get(
    '/providers/:key/facts',
    route('viewer', 'providers:read', {
      summary: 'Facts of a built-in playbook that people changed, each beside what the release says',
      params: ProviderParams,
      response: { 200: Type.Object({ items: Type.Array(FactJson) }) },
    }),
    async (request) => {
      const { key } = await playbooks.getProvider(request.params.key);
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
    route('operator', 'providers:write', {
      summary: 'Change one fact of a playbook, such as timing/followUpAfter; null leaves it out',
      params: ProviderParams,
      body: Type.Object(
        { path: Path, value: Any, version: SeenVersion },
        { ...closed, required: ['path', 'value'] },
      ),
      response: NOTHING,
    }),
    async (request, reply) => {
      const { key } = await playbooks.getProvider(request.params.key);
      const fact = { provider: key, ...request.body };
      const change = (trx: Trx) => setFact(trx, actorOf(request), playbooks.builtIn, fact);
      await changing(request, change);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/providers/:key/facts',
    route('operator', 'providers:write', {
      summary: 'Let a fact be as the release has it',
      params: ProviderParams,
      querystring: Type.Object({ path: Path, version: SeenVersion }),
      response: NOTHING,
    }),
    async (request, reply) => {
      const fact = { provider: request.params.key, ...request.query };
      const change = (trx: Trx) => resetFact(trx, actorOf(request), playbooks.builtIn, fact);
      await changing(request, change);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/providers/:key/notes',
    route('viewer', 'providers:read', {
      summary: 'Notes that people wrote on a playbook',
      params: ProviderParams,
      response: { 200: Type.Object({ items: Type.Array(NoteJson) }) },
    }),
    async (request) => {
      const { key } = await playbooks.getProvider(request.params.key);
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
    route('operator', 'providers:write', {
      summary: 'Write a note on a playbook',
      params: ProviderParams,
      body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 4000 }) }, closed),
      response: { 201: Type.Object({ id: Id }) },
    }),
    async (request, reply) => {
      const { key } = await playbooks.getProvider(request.params.key);
      const id = await changing(request, (trx) => addNote(trx, actorOf(request), key, request.body.text));
      return reply.code(201).send({ id });
    },
  );

  app.delete(
    '/providers/:key/notes/:id',
    route('operator', 'providers:write', {
      summary: 'Take a note off a playbook; the history keeps its words',
      params: Type.Object({ ...ProviderParams.properties, id: Id }),
      response: NOTHING,
    }),
    async (request, reply) => {
      const { key, id } = request.params;
      await changing(request, (trx) => removeNote(trx, actorOf(request), key, id));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/providers/:key/changes',
    route('viewer', 'providers:read', {
      summary: 'What people changed about a playbook, the newest first',
      params: ProviderParams,
      ...paged(ChangeJson),
    }),
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
