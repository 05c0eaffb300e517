import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Role } from '../database/tables.ts';
import { Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { isTimeZone } from '../web/format.ts';
import { type FormFields, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { checkScopes, domainChoices, scopesOf } from '../web/scopes.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from './accounts.ts';
import { changeSafely, provePassword } from './own-request.ts';
import { timeZones } from './routes.ts';
import {
  addPerson,
  changeOwnAccount,
  changeOwnPassword,
  changeUser,
  listTokens,
  listUsers,
  makeToken,
  revokeToken,
  watchSettings,
} from './store.ts';

const ROLES = ['viewer', 'operator', 'admin'] as const;
const SCOPES = ['read', 'write', 'admin'] as const;
const Password = Type.String({
  minLength: PASSWORD_MIN,
  maxLength: PASSWORD_MAX,
  description: `a password of at least ${PASSWORD_MIN} characters`,
});

const AccountForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120, description: 'your name' }),
  timeZone: Type.String({ maxLength: 64 }),
  theme: Type.Enum(['system', 'light', 'dark']),
  watchAssigned: Type.Optional(Type.Enum(['true'])),
  watchWritten: Type.Optional(Type.Enum(['true'])),
  singleKeys: Type.Optional(Type.Enum(['yes', 'no'])),
});
const PasswordForm = Type.Object({
  current: Type.String({ maxLength: PASSWORD_MAX, description: 'your present password' }),
  password: Password,
});
const UserForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120, description: 'a name' }),
  email: Type.String({
    format: 'email',
    maxLength: 254,
    description: 'an e-mail address such as name@example.com',
  }),
  role: Type.Enum([...ROLES]),
  password: Password,
});
const UserChange = Type.Object({
  role: Type.Optional(Type.Enum([...ROLES])),
  disabled: Type.Optional(Type.Enum(['yes', 'no'])),
});
const TokenForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120, description: 'what the token is for' }),
  scope: Type.Enum([...SCOPES]),
  only: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100 })),
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650, description: 'days from 1 to 3650' })),
});
/** What was chosen in the form, as it came: one value or several. */
const chosenIn = (body: unknown): string[] =>
  [(body as FormFields | undefined)?.['only']].flat().filter((one) => typeof one === 'string');

const IdParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

export const settingsPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get('/settings', { config: { access: 'viewer' } }, (_request, reply) =>
    reply.page('settings/index', {}),
  );

  async function accountView(
    request: FastifyRequest,
    problem?: { message: string; fields: Record<string, string> },
    typed?: Record<string, string>,
  ) {
    const viewer = viewerOf(request);
    const watching = await watchSettings(db, viewer.userId ?? 0);
    return {
      values: {
        watchAssigned: typed ? (typed['watchAssigned'] ?? '') : watching.assigned ? 'true' : '',
        watchWritten: typed ? (typed['watchWritten'] ?? '') : watching.written ? 'true' : '',
        name: typed?.['name'] ?? viewer.name,
        timeZone: typed?.['timeZone'] ?? viewer.timeZone,
        theme: typed?.['theme'] ?? viewer.theme,
        singleKeys: typed?.['singleKeys'] ?? (viewer.singleKeys ? 'yes' : 'no'),
      },
      role: viewer.role,
      zones: timeZones(),
      passwordMin: PASSWORD_MIN,
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
    };
  }

  app.get('/settings/account', { config: { access: 'viewer' } }, async (request, reply) =>
    reply.page('settings/account', await accountView(request)),
  );

  app.post('/settings/account', { config: { access: 'viewer' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(AccountForm, request.body);
        if (!isTimeZone(form.timeZone))
          throw invalid('timeZone', 'This is no time zone; choose one of the list.');
        const viewer = viewerOf(request);
        const change = {
          ...form,
          watchAssigned: form.watchAssigned === 'true',
          watchWritten: form.watchWritten === 'true',
          singleKeys: form.singleKeys ? form.singleKeys === 'yes' : viewer.singleKeys,
        };
        await db
          .transaction()
          .execute((trx) => changeOwnAccount(trx, actorOf(request), viewer.userId ?? 0, change));
        return reply.done('/settings/account', 'Saved.');
      },
      async (problem) => ({
        view: 'settings/account',
        data: await accountView(request, problem, typedAgain(request.body)),
      }),
    ),
  );

  app.post('/settings/password', { config: { access: 'viewer' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(PasswordForm, request.body);
        await provePassword(request, form.current);
        await changeSafely(request, { what: 'change password' }, async (trx, userId) => {
          await changeOwnPassword(trx, actorOf(request), userId, form.password);
          return { event: { kind: 'password-changed' }, result: undefined };
        });
        return reply.done('/settings/account', 'Password changed. Your other sessions have ended.');
      },
      async (problem) => ({ view: 'settings/account', data: await accountView(request, problem) }),
    ),
  );

  async function usersView(
    typed: Record<string, string> = {},
    problem?: { message: string; fields: Record<string, string> },
  ) {
    return {
      users: await listUsers(db),
      roles: [...ROLES],
      values: { name: typed['name'] ?? '', email: typed['email'] ?? '', role: typed['role'] ?? 'operator' },
      passwordMin: PASSWORD_MIN,
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
    };
  }

  app.get('/settings/users', { config: { access: 'admin' } }, async (_request, reply) =>
    reply.page('settings/users', await usersView()),
  );

  app.post('/settings/users', { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(UserForm, request.body);
        await formOnce(
          db,
          request,
          { what: 'add user', input: { ...form, password: '' } },
          // Whoever adds somebody most likely sits in the same zone; the account page changes it.
          async (trx) => ({
            status: 303,
            body: await addPerson(trx, actorOf(request), { ...form, timeZone: viewerOf(request).timeZone }),
          }),
        );
        return reply.done('/settings/users', `${form.name} added.`);
      },
      async (problem) => ({
        view: 'settings/users',
        data: await usersView(typedAgain(request.body), problem),
      }),
    ),
  );

  app.post(
    '/settings/users/:id',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const form = readForm(UserChange, request.body);
          const change: { role?: Role; disabled?: boolean } = {
            ...(form.role ? { role: form.role } : {}),
            ...(form.disabled ? { disabled: form.disabled === 'yes' } : {}),
          };
          await db
            .transaction()
            .execute((trx) => changeUser(trx, actorOf(request), request.params.id, change));
          return reply.done('/settings/users', 'Changed. That person’s sessions have ended.');
        },
        async (problem) => ({ view: 'settings/users', data: await usersView({}, problem) }),
      ),
  );

  async function tokensView(
    typed: Record<string, string> = {},
    problem?: { message: string; fields: Record<string, string> },
    secret = '',
    only: string[] = [],
  ) {
    const tokens = await listTokens(db);
    const now = new Date();
    return {
      tokens: tokens.map((token) => ({
        ...token,
        by: token.created_by_name ?? 'the command line',
        only: token.scopes?.join(', ') ?? '',
        inForce: !token.revoked_at && (!token.expires_at || token.expires_at > now),
      })),
      scopes: [...SCOPES],
      domains: domainChoices(scopesOf(app.declaredRoutes), only),
      isLimited: only.length > 0,
      values: { name: typed['name'] ?? '', scope: typed['scope'] ?? 'write', days: typed['days'] ?? '' },
      secret,
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
    };
  }

  app.get('/settings/tokens', { config: { access: 'admin' } }, async (_request, reply) =>
    reply.page('settings/tokens', await tokensView()),
  );

  app.post('/settings/tokens', { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(TokenForm, request.body);
        const scopes = form.only ? checkScopes(form.only, scopesOf(app.declaredRoutes)) : null;
        const expiresAt = form.days ? new Date(Date.now() + form.days * 86_400_000) : null;
        let secret = '';
        // The secret is in no stored answer: a repeated submit makes no second token, and shows none.
        await formOnce(db, request, { what: 'create token', input: form }, async (trx) => {
          const token = await makeToken(trx, actorOf(request), {
            name: form.name,
            scope: form.scope,
            scopes,
            expiresAt,
          });
          secret = token.secret;
          return { status: 200, body: token.id };
        });
        return reply.page('settings/tokens', await tokensView({}, undefined, secret));
      },
      async (problem) => ({
        view: 'settings/tokens',
        data: await tokensView(typedAgain(request.body), problem, '', chosenIn(request.body)),
      }),
    ),
  );

  app.post(
    '/settings/tokens/:id/revocation',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      await db.transaction().execute((trx) => revokeToken(trx, actorOf(request), request.params.id));
      return reply.done('/settings/tokens', 'Token revoked. It no longer works.');
    },
  );
};
