import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from '../../json-schema.ts';
import { Problem } from '../../problem.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { PASSWORD_MIN } from '../accounts.ts';
import { EmailField, PasswordField, SecretParams } from '../form-fields.ts';
import { whyNoMail } from '../mails.ts';
import { clientOf } from '../own-request.ts';
import { askForReset, findReset, gone, RESET_MINUTES, resetPassword } from './store.ts';

const AskForm = Type.Object({ email: EmailField });
const NewForm = Type.Object({ password: PasswordField });

export const resetPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;

  type Asked = { email?: string; isAsked?: boolean; isGone?: boolean; problem?: FormProblem };
  const askView = async (more: Asked) => ({
    email: more.email ?? '',
    isAsked: more.isAsked ?? false,
    isGone: more.isGone ?? false,
    noMail: (await whyNoMail(db, config)) ?? '',
    minutes: RESET_MINUTES,
    ...problemView(more.problem),
  });

  app.get('/forgot-password', { config: { access: 'public' } }, async (_request, reply) =>
    reply.page('accounts/forgot-password', await askView({})),
  );

  app.post('/forgot-password', { config: { access: 'public' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { email } = readForm(AskForm, request.body);
        if (!(await whyNoMail(db, config))) await askForReset(db, email, request.ip);
        return reply.page('accounts/forgot-password', await askView({ email, isAsked: true }));
      },
      async (problem) => ({
        view: 'accounts/forgot-password',
        data: await askView({ email: typedAgain(request.body)['email'] ?? '', problem }),
      }),
    ),
  );

  /** Whoever comes by a link that does not work is told so where another is asked for. */
  async function orAskAnew(reply: FastifyReply, action: () => Promise<FastifyReply>) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'not-found')) throw error;
      return reply.page('accounts/forgot-password', await askView({ isGone: true }), 404);
    }
  }

  /** The new password of whoever has the link. Throws `not-found` for one that does not work. */
  async function newView(secret: string, problem?: FormProblem) {
    const user = await findReset(db, secret);
    if (!user) throw gone();
    return { secret, email: user.email, passwordMin: PASSWORD_MIN, ...problemView(problem) };
  }

  app.get(
    '/new-password/:secret',
    { config: { access: 'public' }, logLevel: 'silent', schema: { params: SecretParams } },
    async (request, reply) =>
      orAskAnew(reply, async () => reply.page('accounts/new-password', await newView(request.params.secret))),
  );

  app.post(
    '/new-password/:secret',
    { config: { access: 'public' }, logLevel: 'silent', schema: { params: SecretParams } },
    async (request, reply) => {
      const { secret } = request.params;
      return orAskAnew(reply, () =>
        orFormAgain(
          reply,
          async () => {
            const { password } = readForm(NewForm, request.body);
            await db
              .transaction()
              .execute((trx) =>
                resetPassword(trx, app.desk, { secret, password, client: clientOf(request) }),
              );
            // Not signed in: a second factor is asked for where there is one.
            return reply.done(
              '/sign-in',
              'Your password is set and all sessions have ended. Sign in with it.',
            );
          },
          async (problem) => ({ view: 'accounts/new-password', data: await newView(secret, problem) }),
        ),
      );
    },
  );
};
