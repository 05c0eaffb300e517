import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { setFlash } from '../web/flash.ts';
import { timeZones } from '../web/format.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { SESSION_COOKIE } from '../web/identify.ts';
import { localPath } from '../web/links.ts';
import { orFormAgain } from '../web/pages.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from './accounts.ts';
import { EmailField, OnwardFields, OwnNameField, PasswordField, ZoneField, zoneOf } from './form-fields.ts';
import { signIn, signOut } from './session.ts';
import { isSetupLink, notNeeded, setUpFirstAdmin } from './set-up-store.ts';
import { finishSignIn } from './sign-in.ts';
import { signInView } from './sign-in-page.ts';
import { hasUsers } from './store.ts';

const SignInForm = Type.Object({
  email: Type.String({ maxLength: 254, description: 'your e-mail address' }),
  password: Type.String({ maxLength: PASSWORD_MAX, description: 'your password' }),
  ...OnwardFields,
});
const SetUpForm = Type.Object({
  name: OwnNameField,
  email: EmailField,
  password: PasswordField,
  timeZone: ZoneField,
});

/** Signing in and out, and the first account. */
export const accountPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get('/sign-in', { config: { access: 'public' } }, async (request, reply) => {
    const next = localPath((request.query as { next?: string }).next);
    if (request.viewer) return reply.redirect(next, 303);
    return reply.page('accounts/sign-in', await signInView(db, { next }));
  });

  app.post('/sign-in', { config: { access: 'public' }, bodyLimit: 4 * 1024 * 1024 }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(SignInForm, request.body);
        const userId = await signIn(db, form, request.ip);
        return finishSignIn(request, reply, { userId, by: 'password' }, form);
      },
      async ({ message: problem }) => {
        const { email, next, carried } = typedAgain(request.body, ['email', 'next', 'carried']);
        const shown = { next: localPath(next), email: email ?? '', problem, carried: carried ?? '' };
        return { view: 'accounts/sign-in', data: await signInView(db, shown) };
      },
    ),
  );

  app.post('/sign-out', { config: { access: 'public' } }, async (request, reply) => {
    const secret = request.cookies[SESSION_COOKIE];
    if (secret) await signOut(db, secret, request.viewer ? actorOf(request) : undefined);
    reply.clearCookie(SESSION_COOKIE, { path: '/' });
    return reply.redirect('/sign-in', 303);
  });

  const setUpView = (secret: string, typed: Record<string, string> = {}, problem?: FormProblem) => ({
    secret,
    values: {
      name: typed['name'] ?? '',
      email: typed['email'] ?? '',
      timeZone: typed['timeZone'] ?? 'UTC',
    },
    zones: timeZones(),
    passwordMin: PASSWORD_MIN,
    ...problemView(problem),
  });

  app.get('/set-up/:secret', { config: { access: 'public' }, logLevel: 'silent' }, async (request, reply) => {
    const { secret } = request.params as { secret: string };
    if (await hasUsers(db)) throw notNeeded();
    if (!(await isSetupLink(db, secret)))
      throw notFound('such set-up link, or it has expired. Delist Desk prints a new one when it is started');
    return reply.page('accounts/set-up', setUpView(secret));
  });

  app.post(
    '/set-up/:secret',
    { config: { access: 'public' }, logLevel: 'silent' },
    async (request, reply) => {
      const { secret } = request.params as { secret: string };
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(SetUpForm, request.body);
          const person = { ...form, timeZone: zoneOf(form.timeZone) };
          const userId = await db
            .transaction()
            .execute((trx) => setUpFirstAdmin(trx, secret, person, request.ip));
          setFlash(reply, 'You are set up. Next: log a block, or fill in the profile that letters use.');
          return finishSignIn(request, reply, { userId, by: 'set-up' });
        },
        async (problem) => ({
          view: 'accounts/set-up',
          data: setUpView(secret, typedAgain(request.body), problem),
        }),
      );
    },
  );
};
