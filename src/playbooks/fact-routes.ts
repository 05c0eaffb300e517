import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Trx } from '../database/open.ts';
import { Type } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import type { Provider } from '../providers/schema.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { catalogueIn } from './catalogue-in.ts';
import { resetFact, setFact } from './change-fact.ts';
import { fieldsFor, filled, isGroup, valuesAt } from './fact-form.ts';
import { factsFrom } from './fact-input.ts';
import { factName } from './fact-words.ts';
import { changesHere } from './page.ts';
import { ProviderParams } from './params.ts';
import { canBeRemoved, valueAt } from './paths.ts';
import { beginChange, changedMeanwhile, readOverlay } from './store.ts';

/** Tells by a few letters whether a fact is still as somebody saw it. */
const valueDigest = (provider: Provider, path: string) =>
  createHash('sha256')
    .update(JSON.stringify(valueAt(provider, path)) ?? '')
    .digest('base64url')
    .slice(0, 22);

const Path = Type.String({ minLength: 1, maxLength: 200 });
const FactQuery = Type.Object({ path: Path });
/** What a form knew of the fact: its value, as text. */
const FactForm = Type.Object({ path: Path, seen: Type.Optional(Type.String({ maxLength: 64 })) });
const OneFactForm = Type.Object({
  path: Path,
  version: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
});

/** The pages on which facts of a playbook are changed. */
export const factPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, playbooks } = app.desk;

  const isNew = (path: string) => path.endsWith('/+');

  function view(provider: Provider, path: string, typed?: Record<string, unknown>, problem?: FormProblem) {
    const fields = fieldsFor(path, provider);
    if (!fields || (!isNew(path) && !isGroup(path) && valueAt(provider, path) === undefined))
      throw notFound('such fact on this playbook');
    const [part = ''] = path.split('/');
    const shown = part === 'routes' && !isNew(path) ? fields.filter(({ name }) => name !== 'kind') : fields;
    const changes = changesHere(provider.key, playbooks.overlay(), playbooks.builtIn.byKey.get(provider.key));
    return {
      provider: { key: provider.key, name: provider.name },
      path,
      name: isNew(path) ? `${factName(part)}: one more` : factName(path),
      fields: filled(shown, typed ?? valuesAt(path, provider)),
      seen: valueDigest(provider, path),
      removable: !isNew(path) && (path.includes('/') || part !== 'timing') && canBeRemoved(path),
      changes: changes.filter((one) => one.path === path || one.path.startsWith(`${path}/`)),
      ...problemView(problem),
    };
  }

  app.get(
    '/providers/:key/facts',
    { config: { access: 'operator' }, schema: { params: ProviderParams, querystring: FactQuery } },
    async (request, reply) =>
      reply.page('playbooks/fact', view(await playbooks.getProvider(request.params.key), request.query.path)),
  );

  app.post(
    '/providers/:key/facts',
    { config: { access: 'operator' }, schema: { params: ProviderParams } },
    async (request, reply) => {
      const { path, seen } = readForm(FactForm, request.body);
      const provider = await playbooks.getProvider(request.params.key);
      return orFormAgain(
        reply,
        async () => {
          const changed = await formOnce(db, request, { what: `change ${provider.key}` }, (trx) =>
            changeFacts(trx, request, { key: provider.key, path, seen }),
          );
          await playbooks.refresh();
          const done = changed
            ? 'Changed. What the release says is kept beside it.'
            : 'Nothing was different.';
          return reply.done(`/providers/${provider.key}`, done);
        },
        async (problem) => ({
          view: 'playbooks/fact',
          data: view(provider, path, request.body as Record<string, unknown>, problem),
        }),
      );
    },
  );

  /** Sets what differs in a form; returns how many facts that were. Throws `changed-meanwhile` unless they are as they were seen. */
  async function changeFacts(
    trx: Trx,
    request: FastifyRequest,
    { key, path, seen }: { key: string; path: string; seen: string | undefined },
  ): Promise<number> {
    await beginChange(trx);
    const provider = (await catalogueIn(trx, playbooks.builtIn)).byKey.get(key);
    if (!provider) throw notFound('such provider in the catalogue');
    if (!isNew(path) && seen !== undefined && seen !== valueDigest(provider, path)) throw changedMeanwhile();
    const facts = factsFrom(path, request.body as Record<string, unknown>, provider);
    for (const fact of facts)
      await setFact(trx, actorOf(request), playbooks.builtIn, { provider: key, ...fact });
    return facts.length;
  }

  /** What a button does to one fact, and how that is told. */
  const ACTIONS = {
    removal: { words: 'Left out.', valueIn: async () => null },
    keeping: {
      words: 'Ours is kept.',
      valueIn: async (trx: Trx, key: string, path: string) => {
        const { facts } = await readOverlay(trx);
        const ours = facts.find((one) => one.provider === key && one.path === path);
        if (!ours) throw notFound('change of this fact');
        return ours.value;
      },
    },
  };

  for (const [name, { words, valueIn }] of Object.entries(ACTIONS))
    app.post(
      `/providers/:key/facts/${name}`,
      { config: { access: 'operator' }, schema: { params: ProviderParams } },
      async (request, reply) => {
        const { path, version } = readForm(OneFactForm, request.body);
        const { key } = await playbooks.getProvider(request.params.key);
        await formOnce(db, request, { what: `${name} ${key}` }, async (trx) => {
          const value = await valueIn(trx, key, path);
          await setFact(trx, actorOf(request), playbooks.builtIn, { provider: key, path, value, version });
        });
        await playbooks.refresh();
        return reply.done(`/providers/${key}#changed`, words);
      },
    );

  app.post(
    '/providers/:key/facts/reset',
    { config: { access: 'operator' }, schema: { params: ProviderParams } },
    async (request, reply) => {
      const { path, version } = readForm(OneFactForm, request.body);
      const provider = await playbooks.getProvider(request.params.key);
      await formOnce(db, request, { what: `reset ${provider.key}` }, async (trx) => {
        await resetFact(trx, actorOf(request), playbooks.builtIn, { provider: provider.key, path, version });
      });
      await playbooks.refresh();
      return reply.done(`/providers/${provider.key}#changed`, 'As the release has it.');
    },
  );
};
