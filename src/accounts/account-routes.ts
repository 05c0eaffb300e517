import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { isTimeZone, timeZones } from '../web/format.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from './accounts.ts';
import { OwnNameField, PasswordField } from './form-fields.ts';
import { changeSafely, provePassword } from './own-request.ts';
import { changeOwnAccount, changeOwnPassword, watchSettings } from './store.ts';

const AccountForm = Type.Object({
  name: OwnNameField,
  timeZone: Type.String({ maxLength: 64 }),
  theme: Type.Enum(['system', 'light', 'dark']),
  watchAssigned: Type.Optional(Type.Enum(['true'])),
  watchWritten: Type.Optional(Type.Enum(['true'])),
  singleKeys: Type.Optional(Type.Enum(['yes', 'no'])),
});
const PasswordForm = Type.Object({
  current: Type.String({ maxLength: PASSWORD_MAX, description: 'your present password' }),
  password: PasswordField,
});

/** Settings, and a person's own account with its password. */
export const ownAccountPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get('/settings', { config: { access: 'viewer' } }, (_request, reply) =>
    reply.page('settings/index', {}),
  );

  async function accountView(request: FastifyRequest, problem?: FormProblem, typed?: Record<string, string>) {
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
      ...problemView(problem),
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
};
