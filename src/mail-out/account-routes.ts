import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { SmallId, Type, Version } from '../json-schema.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { ALL_KEPT, AUTH_WORDS, AUTHS, NOTHING_KEPT, SECURITIES, SECURITY_WORDS } from './account.ts';
import {
  addAccount,
  changeAccount,
  getAccount,
  listAccounts,
  makeDefault,
  setAccountDisabled,
} from './accounts.ts';
import { queueState } from './dispatches.ts';
import { AccountForm, EMPTY, inputOf, readAccount, valuesOf, withoutSecrets } from './form.ts';
import { sendTest } from './test-message.ts';

const ChangeForm = Type.Object({ ...AccountForm.properties, version: Version });
const TestForm = Type.Object({
  to: Type.String({ maxLength: 254, description: 'the address that the test goes to' }),
});
const OffForm = Type.Object({ disabled: Type.Enum(['yes', 'no']) });
const AccountParams = Type.Object({ id: SmallId });

const PAGE = '/settings/mail';
const HERE = `${PAGE}/accounts`;
const CHECKBOXES = ['tagsReplies'];

type Tested = { isGood: boolean; words: string } | null;

/** Sending accounts: the page of both kinds, and the forms of those that letters leave by. */
export const sendingAccountPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, secrets } = app.desk;
  const admin = { config: { access: 'admin' } } as const;
  const one = { ...admin, schema: { params: AccountParams } } as const;

  app.get(PAGE, admin, async (_request, reply) => {
    const [accounts, queue] = await Promise.all([listAccounts(db), queueState(db)]);
    return reply.page('mail-out/index', {
      accounts: accounts.map((account) => ({
        ...account,
        securityWords: SECURITY_WORDS[account.security],
        isPlain: account.security === 'none',
      })),
      queue: {
        waiting: queue.waiting,
        deferred: queue.deferred,
        oldest: queue.oldest,
        problem: queue.problem && {
          words: queue.problem.server_words,
          at: queue.problem.last_attempt_at,
          href: `/incidents/${queue.problem.incident_number}/messages/${queue.problem.id}`,
        },
      },
    });
  });

  const choices = {
    securities: SECURITIES.map((key) => ({ key, words: SECURITY_WORDS[key] })),
    auths: AUTHS.map((key) => ({ key, words: AUTH_WORDS[key] })),
  };

  /** Where the viewer's own mail goes: what a test is sent to. */
  async function ownAddress(request: FastifyRequest): Promise<string> {
    const { userId } = viewerOf(request);
    if (userId === null) return '';
    const row = await db.selectFrom('users').select('email').where('id', '=', userId).executeTakeFirst();
    return row?.email ?? '';
  }

  function newView(typed: Record<string, string> = {}, problem?: FormProblem) {
    return {
      ...choices,
      account: null,
      lastProblem: '',
      action: HERE,
      version: '',
      values: { ...EMPTY, ...withoutSecrets(typed) },
      has: { secret: false, oauthClientSecret: false, dkimKey: false },
      isPlain: typed['security'] === 'none',
      ...problemView(problem),
      tested: null,
      testTo: '',
    };
  }

  async function editView(
    request: FastifyRequest,
    id: number,
    {
      typed = {},
      problem,
      tested = null,
    }: { typed?: Record<string, string>; problem?: FormProblem; tested?: Tested } = {},
  ) {
    const row = await getAccount(db, id);
    const values = { ...valuesOf(row), ...withoutSecrets(typed) };
    return {
      ...choices,
      account: {
        id,
        name: row.name,
        isDefault: row.is_default,
        isOff: row.disabled_at !== null,
        lastSentAt: row.last_sent_at,
      },
      lastProblem: row.last_problem,
      action: `${HERE}/${id}`,
      version: typed['version'] ?? String(row.version),
      values,
      has: {
        secret: row.secret !== null,
        oauthClientSecret: row.oauth_client_secret !== null,
        dkimKey: row.dkim_key !== null,
      },
      isPlain: row.security === 'none',
      ...problemView(problem),
      tested,
      testTo: typed['to'] ?? (await ownAddress(request)),
    };
  }

  app.get(`${HERE}/new`, admin, async (_request, reply) => reply.page('mail-out/account', newView()));

  app.post(HERE, admin, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readAccount(AccountForm, request.body, NOTHING_KEPT);
        const id = await formOnce(
          db,
          request,
          { what: 'add sending account', input: withoutSecrets(form) },
          (trx) => addAccount(trx, secrets, inputOf(form), actorOf(request)),
        );
        return reply.done(`${HERE}/${id}`, 'Saved. Send yourself a test message now.');
      },
      async (problem) => ({
        view: 'mail-out/account',
        data: newView(typedAgain(request.body, CHECKBOXES), problem),
      }),
    ),
  );

  app.get(`${HERE}/:id`, one, async (request, reply) =>
    reply.page('mail-out/account', await editView(request, request.params.id)),
  );

  app.post(`${HERE}/:id`, one, async (request, reply) => {
    const { id } = request.params;
    return orFormAgain(
      reply,
      async () => {
        const { version, ...form } = readAccount(ChangeForm, request.body, ALL_KEPT);
        await formOnce(
          db,
          request,
          { what: `change sending account ${id}`, input: withoutSecrets({ ...form, version }) },
          async (trx) => {
            await changeAccount(trx, secrets, id, version, inputOf(form), actorOf(request));
          },
        );
        return reply.done(`${HERE}/${id}`, 'Saved.');
      },
      async (problem) => ({
        view: 'mail-out/account',
        data: await editView(request, id, { typed: typedAgain(request.body, CHECKBOXES), problem }),
      }),
    );
  });

  app.post(`${HERE}/:id/disabling`, one, async (request, reply) => {
    const { id } = request.params;
    const isOff = readForm(OffForm, request.body).disabled === 'yes';
    await formOnce(db, request, { what: `switch sending account ${id}` }, async (trx) => {
      await setAccountDisabled(trx, id, isOff, actorOf(request));
    });
    return reply.done(
      `${HERE}/${id}`,
      isOff ? 'Switched off. What waits for it goes on waiting.' : 'Switched on.',
    );
  });

  app.post(`${HERE}/:id/default`, one, async (request, reply) => {
    const { id } = request.params;
    await formOnce(db, request, { what: `default sending account ${id}` }, async (trx) => {
      await makeDefault(trx, id, actorOf(request));
    });
    return reply.done(PAGE, 'Letters leave by this account unless another is chosen.');
  });

  /** A real attempt, which the page waits for: its result is the server's own words. */
  app.post(`${HERE}/:id/test`, one, async (request, reply) => {
    const { id } = request.params;
    return orFormAgain(
      reply,
      async () => {
        const { to } = readForm(TestForm, request.body);
        const tested = await sendTest(await getAccount(db, id), secrets, to.trim());
        return reply.page('mail-out/account', await editView(request, id, { tested }));
      },
      async (problem) => ({
        view: 'mail-out/account',
        data: await editView(request, id, { typed: { to: typedAgain(request.body)['to'] ?? '' }, problem }),
      }),
    );
  });
};
