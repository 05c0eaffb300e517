import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { setFlash } from '../web/flash.ts';
import { isTimeZone } from '../web/format.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { SESSION_COOKIE } from '../web/identify.ts';
import { orFormAgain } from '../web/pages.ts';
import { localPath, PASSWORD_MAX, PASSWORD_MIN } from './accounts.ts';
import { providerInUse } from './oidc/provider-store.ts';
import { signIn, signOut } from './session.ts';
import { finishSignIn } from './sign-in.ts';
import { hasUsers, isSetupLink, setUpFirstAdmin } from './store.ts';

const SignInForm = Type.Object({
  email: Type.String({ maxLength: 254, description: 'your e-mail address' }),
  password: Type.String({ maxLength: PASSWORD_MAX, description: 'your password' }),
  next: Type.Optional(Type.String({ maxLength: 2000 })),
  carried: Type.Optional(Type.String({ maxLength: 4_000_000 })),
});

const SetUpForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120, description: 'your name' }),
  email: Type.String({
    format: 'email',
    maxLength: 254,
    description: 'an e-mail address such as name@example.com',
  }),
  password: Type.String({
    minLength: PASSWORD_MIN,
    maxLength: PASSWORD_MAX,
    description: `a password of at least ${PASSWORD_MIN} characters`,
  }),
  timeZone: Type.Optional(Type.String({ maxLength: 64 })),
});

export const timeZones = () => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'),
];

export const accountPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  /** The other way in, where there is one. */
  async function providerButton(next: string) {
    const provider = await providerInUse(db);
    const query = next === '/' ? '' : `?next=${encodeURIComponent(next)}`;
    return { provider: provider?.name ?? '', providerLink: `/sign-in/provider${query}` };
  }

  app.get('/sign-in', { config: { access: 'public' } }, async (request, reply) => {
    const next = localPath((request.query as { next?: string }).next);
    if (request.viewer) return reply.redirect(next, 303);
    return reply.page('accounts/sign-in', {
      email: '',
      next,
      problem: '',
      carried: '',
      nobody: !(await hasUsers(db)),
      ...(await providerButton(next)),
    });
  });

  app.post(
    '/sign-in',
    { config: { access: 'public' }, bodyLimit: 4 * 1024 * 1024 },
    async (request, reply) => {
      const typed = typedAgain(request.body);
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(SignInForm, request.body);
          const userId = await signIn(db, form, request.ip);
          return finishSignIn(request, reply, { userId, by: 'password' }, form);
        },
        async (problem) => ({
          view: 'accounts/sign-in',
          data: {
            email: String(typed['email'] ?? ''),
            next: localPath(typed['next']),
            problem: problem.message,
            carried: String(typed['carried'] ?? ''),
            nobody: false,
            ...(await providerButton(localPath(typed['next']))),
          },
        }),
      );
    },
  );

  app.post('/sign-out', { config: { access: 'public' } }, async (request, reply) => {
    const secret = request.cookies[SESSION_COOKIE];
    if (secret) await signOut(db, secret, request.viewer ? actorOf(request) : undefined);
    reply.clearCookie(SESSION_COOKIE, { path: '/' });
    return reply.redirect('/sign-in', 303);
  });

  app.get('/set-up/:secret', { config: { access: 'public' }, logLevel: 'silent' }, async (request, reply) => {
    const { secret } = request.params as { secret: string };
    if (await hasUsers(db)) throw notFound('such set-up link: the first account exists. Sign in with it');
    if (!(await isSetupLink(db, secret)))
      throw notFound('such set-up link, or it has expired. Delist Desk prints a new one when it is started');
    return reply.page('accounts/set-up', {
      secret,
      values: { name: '', email: '', timeZone: 'UTC' },
      errors: {},
      problem: '',
      zones: timeZones(),
      passwordMin: PASSWORD_MIN,
    });
  });

  app.post(
    '/set-up/:secret',
    { config: { access: 'public' }, logLevel: 'silent' },
    async (request, reply) => {
      const { secret } = request.params as { secret: string };
      const typed = typedAgain(request.body);
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(SetUpForm, request.body);
          const timeZone = form.timeZone && isTimeZone(form.timeZone) ? form.timeZone : 'UTC';
          const userId = await db
            .transaction()
            .execute((trx) => setUpFirstAdmin(trx, secret, { ...form, timeZone }, request.ip));
          setFlash(reply, 'You are set up. Next: log a block, or fill in the profile that letters use.');
          return finishSignIn(request, reply, { userId, by: 'set-up' });
        },
        async (problem) => ({
          view: 'accounts/set-up',
          data: {
            secret,
            values: {
              name: typed['name'] ?? '',
              email: typed['email'] ?? '',
              timeZone: typed['timeZone'] ?? 'UTC',
            },
            errors: problem.fields,
            problem: problem.message,
            zones: timeZones(),
            passwordMin: PASSWORD_MIN,
          },
        }),
      );
    },
  );
};
