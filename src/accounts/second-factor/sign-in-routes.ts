import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { readForm, typedAgain } from '../../web/forms.ts';
import { localPath, withNext } from '../../web/links.ts';
import { orFormAgain } from '../../web/pages.ts';
import { tellOfSafety } from '../alerts/tell.ts';
import type { SafetyEvent } from '../alerts/words.ts';
import { OnwardFields } from '../form-fields.ts';
import { clientOf } from '../own-request.ts';
import { clearPendingCookie, finishSignIn, PENDING_COOKIE, secondFactorView } from '../sign-in.ts';
import { limitTries } from '../tries.ts';
import { countTry, endPending, findPending, type Pending } from './pending.ts';
import { asRecoveryCode } from './recovery-codes.ts';
import { factorsOf, useAppCode, useRecoveryCode } from './store.ts';
import { asTotpCode } from './totp.ts';

const CodeForm = Type.Object({
  code: Type.String({ maxLength: 40, description: 'a code of six digits, or a recovery code' }),
  ...OnwardFields,
});

const AGAIN = 'Sign in again: the time for the second factor is over.';

/** Which factor a code was. Throws `invalid` for one that has the form of neither. */
async function tryCode(
  { server, ip }: FastifyRequest,
  pending: Pending,
  typed: string,
): Promise<'app' | 'recovery' | undefined> {
  const { db, secrets } = server.desk;
  const app = asTotpCode(typed);
  const recovery = asRecoveryCode(typed);
  if (!app && !recovery)
    throw invalid('code', 'A code has six digits; a recovery code four groups of four letters and digits.');
  return limitTries(db, { email: pending.email.toLowerCase(), address: ip }, async () => {
    if (app && (await useAppCode(db, secrets, pending.userId, app, { confirms: false }))) return 'app';
    if (recovery && (await useRecoveryCode(db, pending.userId, recovery))) return 'recovery';
    return undefined;
  });
}

const tellOwner = (request: FastifyRequest, userId: number, event: SafetyEvent) => {
  const { desk } = request.server;
  return desk.db.transaction().execute((trx) => tellOfSafety(trx, desk, userId, event, clientOf(request)));
};

/** Back to where it begins, with a line that says why. */
const startOver = (reply: FastifyReply, next: string, words: string) => {
  clearPendingCookie(reply);
  return reply.done(withNext('/sign-in', next), words);
};

export const secondFactorSignIn: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get('/sign-in/second-factor', { config: { access: 'public' } }, async (request, reply) => {
    const next = localPath((request.query as { next?: string }).next);
    const pending = await findPending(db, request.cookies[PENDING_COOKIE]);
    if (!pending) return reply.redirect(withNext('/sign-in', next), 303);
    return reply.page(
      'accounts/second-factor',
      await secondFactorView(request, pending.userId, { next, carried: '' }),
    );
  });

  app.post(
    '/sign-in/second-factor',
    { config: { access: 'public' }, bodyLimit: 4 * 1024 * 1024 },
    async (request, reply) => {
      const typed = typedAgain(request.body, ['next', 'carried']);
      const next = localPath(typed['next']);
      const secret = request.cookies[PENDING_COOKIE] ?? '';
      const pending = await findPending(db, secret);
      if (!pending) return startOver(reply, next, AGAIN);
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(CodeForm, request.body);
          const factor = await tryCode(request, pending, form.code);
          if (!factor) {
            if (await countTry(db, secret))
              throw invalid('code', 'This code is wrong, or was used already. Wait for the next one.');
            await tellOwner(request, pending.userId, { kind: 'codes-failed' });
            return startOver(reply, next, 'Too many wrong codes. Sign in again.');
          }
          if (!(await endPending(db, secret))) return startOver(reply, next, AGAIN);
          if (factor === 'recovery') {
            const { recoveryCodes } = await factorsOf(db, pending.userId);
            await tellOwner(request, pending.userId, { kind: 'code-used', left: recoveryCodes });
          }
          return finishSignIn(request, reply, { userId: pending.userId, by: 'second-factor' }, form);
        },
        async (problem) => ({
          view: 'accounts/second-factor',
          data: await secondFactorView(request, pending.userId, {
            next,
            carried: typed['carried'] ?? '',
            problem: problem.fields['code'] ?? problem.message,
          }),
        }),
      );
    },
  );
};
