import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { IdParams } from '../accounts/form-fields.ts';
import { getUser } from '../accounts/store.ts';
import { Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { readAddress, readNames } from './pairs.ts';
import { readRetention, saveRetention } from './retention.ts';
import { type Erased, eraseAccount, erasePerson, recentErasures, tryOut } from './store.ts';

const ADMIN = { config: { access: 'admin' } } as const;
const HERE = '/settings/personal-data';

const Months = Type.Optional(Type.Integer({ minimum: 1, maximum: 240, description: 'months from 1 to 240' }));
const RetentionForm = Type.Object({ sources: Months, addresses: Months });
const EraseForm = Type.Object({
  address: Type.String({ minLength: 3, maxLength: 320, description: 'a mail address' }),
  names: Type.Optional(Type.String({ maxLength: 1500 })),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
  do: Type.Enum(['count', 'erase']),
  sure: Type.Optional(Type.Enum(['yes'])),
});
const AccountForm = Type.Object({
  name: Type.String({
    minLength: 3,
    maxLength: 120,
    pattern: '^[^\\\\\\r\\n]*$',
    description: 'a name of at least three letters',
  }),
});

const KINDS = {
  person: 'A person',
  account: 'An account',
  retention: 'Old addresses',
  sources: 'Old originals',
} as const;

const rowsOf = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([table, rows]) => ({ what: table.replaceAll('_', ' '), rows }))
    .sort((a, b) => b.rows - a.rows);
const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, rows) => sum + rows, 0);

/** Settings → Personal data: how long they are kept, and one person's erased. Accounts of people who left. */
export const erasurePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  type Shown = {
    typed?: Record<string, string>;
    problem?: FormProblem;
    counted?: Erased;
  };
  async function view({ typed = {}, problem, counted }: Shown = {}) {
    const [kept, erasures] = await Promise.all([readRetention(db), recentErasures(db)]);
    return {
      retention: {
        sources: typed['sources'] ?? String(kept?.sources_months ?? ''),
        addresses: typed['addresses'] ?? String(kept?.addresses_months ?? ''),
        changedAt: kept?.changed_at,
        changedBy: kept?.changed_by_name,
      },
      values: { address: typed['address'] ?? '', names: typed['names'] ?? '', reason: typed['reason'] ?? '' },
      counted: counted && {
        rows: rowsOf(counted.counts),
        all: sumOf(counted.counts),
        incidents: counted.incidents.length,
        became: counted.became[0],
      },
      erasures: erasures.map((one) => ({
        ...one,
        what: KINDS[one.kind],
        became: one.became.length > 3 ? `${one.became.length} words` : one.became.join(', '),
        rows: sumOf(one.counts),
      })),
      ...problemView(problem),
    };
  }

  app.get(HERE, ADMIN, async (_request, reply) => reply.page('erasure/page', await view()));

  app.post(`${HERE}/retention`, ADMIN, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { sources, addresses } = readForm(RetentionForm, request.body);
        await formOnce(db, request, { what: 'retention' }, async (trx) => {
          const retention = { sources_months: sources ?? null, addresses_months: addresses ?? null };
          await saveRetention(trx, actorOf(request), retention);
        });
        return reply.done(HERE, 'Saved. What is older goes within the hour, a part at a time.');
      },
      async (problem) => ({
        view: 'erasure/page',
        data: await view({ problem, typed: typedAgain(request.body, ['sources', 'addresses']) }),
      }),
    ),
  );

  app.post(`${HERE}/erasure`, ADMIN, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(EraseForm, request.body);
        const person = {
          address: readAddress(form.address),
          names: readNames(form.names ?? ''),
          reason: form.reason?.trim() ?? '',
        };
        const actor = actorOf(request);
        if (form.do === 'count') {
          const counted = await tryOut(db, (trx) => erasePerson(trx, actor, person));
          return reply.page('erasure/page', await view({ typed: typedAgain(request.body), counted }));
        }
        if (form.sure !== 'yes') throw invalid('sure', 'It cannot be taken back: say that you are sure.');
        let became = '';
        // What is erased stands in no stored answer and in no fingerprint that could be guessed at.
        await formOnce(db, request, { what: 'erase', input: { erase: true } }, async (trx) => {
          const erased = await erasePerson(trx, actor, person);
          became = erased.became[0] ?? '';
          return { id: erased.id };
        });
        return reply.done(HERE, became ? `Erased. ${became} stands in its place.` : 'Erased.');
      },
      async (problem) => ({
        view: 'erasure/page',
        data: await view({ problem, typed: typedAgain(request.body) }),
      }),
    ),
  );

  app.get(
    '/settings/users/:id/anonymity',
    { ...ADMIN, schema: { params: IdParams } },
    async (request, reply) => reply.page('erasure/account', await accountView(request.params.id)),
  );

  async function accountView(id: number, typed: Record<string, string> = {}, problem?: FormProblem) {
    const { name, email, disabled_at } = await getUser(db, id);
    return {
      user: { id, name, email, disabled_at },
      values: { name: typed['name'] ?? `Former colleague ${id}` },
      ...problemView(problem),
    };
  }

  app.post(
    '/settings/users/:id/anonymity',
    { ...ADMIN, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const { name } = readForm(AccountForm, request.body);
          await formOnce(db, request, { what: `anonymous ${id}` }, async (trx) => {
            await eraseAccount(trx, actorOf(request), { userId: id, name: name.trim(), reason: '' });
          });
          return reply.done('/settings/users', `Done. Their entries are under the name ${name} now.`);
        },
        async (problem) => ({
          view: 'erasure/account',
          data: await accountView(id, typedAgain(request.body), problem),
        }),
      );
    },
  );
};
