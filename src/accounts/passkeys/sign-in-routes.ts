import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../../json-schema.ts';
import { Problem } from '../../problem.ts';
import { readForm, typedAgain } from '../../web/forms.ts';
import { localPath } from '../../web/links.ts';
import { orFormAgain } from '../../web/pages.ts';
import { OnwardFields } from '../form-fields.ts';
import { endPending, findPending } from '../second-factor/pending.ts';
import { finishSignIn, PENDING_COOKIE, secondFactorView } from '../sign-in.ts';
import { signInView } from '../sign-in-page.ts';
import { limitTries } from '../tries.ts';
import { askToSign, checkSigned, needParty } from './ceremonies.ts';
import { relyingParty } from './relying-party.ts';
import { answerScript } from './script-answer.ts';

const SignedForm = Type.Object({
  passkey: Type.String({ maxLength: 20_000, description: 'what the browser made with your passkey' }),
  ...OnwardFields,
});

export const passkeySignIn: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;
  const rp = relyingParty(config.baseUrl);

  app.post('/sign-in/passkey/challenge', { config: { access: 'public' } }, (request, reply) =>
    answerScript(reply, async () => {
      const pending = await findPending(db, request.cookies[PENDING_COOKIE]);
      const wanted = (request.body as { factor?: unknown } | undefined)?.factor === 'second';
      return askToSign(db, needParty(rp), wanted && pending ? pending.userId : null, request.ip);
    }),
  );

  app.post(
    '/sign-in/passkey',
    { config: { access: 'public' }, bodyLimit: 4 * 1024 * 1024 },
    async (request, reply) => {
      const typed = typedAgain(request.body, ['next', 'carried', 'factor']);
      return orFormAgain(
        reply,
        async () => {
          const party = needParty(rp);
          const form = readForm(SignedForm, request.body);
          // Nobody is locked out by whoever knows the id of their passkey: the client alone is counted.
          const trier = { email: `passkey from ${request.ip}`, address: request.ip };
          let refused: Problem | undefined;
          const userId = await limitTries(db, trier, () =>
            checkSigned(db, party, form.passkey).catch((error: unknown) => {
              if (!(error instanceof Problem)) throw error;
              refused = error;
              return undefined;
            }),
          );
          if (userId === undefined) throw refused;
          const pending = request.cookies[PENDING_COOKIE];
          if (pending) await endPending(db, pending);
          return finishSignIn(request, reply, { userId, by: 'passkey' }, form);
        },
        async (problem) => {
          const onward = { next: localPath(typed['next']), carried: typed['carried'] ?? '' };
          const pending = await findPending(db, request.cookies[PENDING_COOKIE]);
          const words = problem.fields['passkey'] ?? problem.message;
          return pending && typed['factor'] === 'second'
            ? {
                view: 'accounts/second-factor',
                data: await secondFactorView(request, pending.userId, { ...onward, problem: words }),
              }
            : { view: 'accounts/sign-in', data: await signInView(db, { ...onward, problem: words }) };
        },
      );
    },
  );
};
