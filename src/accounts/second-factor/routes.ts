import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { viewerOf } from '../../web/access.ts';
import { type FormProblem, readForm } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { CurrentField } from '../form-fields.ts';
import { changeSafely, isFresh, provePassword } from '../own-request.ts';
import { getUser, takeSignInAlerts } from '../store.ts';
import { limitTries } from '../tries.ts';
import { qrCode } from './qr.ts';
import {
  factorsOf,
  firstRecoveryCodes,
  hasSecondFactor,
  removeAppKey,
  renewRecoveryCodes,
  unconfirmedKey,
  useAppCode,
} from './store.ts';
import { asTotpCode, inFours, otpauthUri } from './totp.ts';
import { factorView, showCodes } from './view.ts';

const PasswordForm = Type.Object({ current: CurrentField });
const CodeForm = Type.Object({
  code: Type.String({ maxLength: 40, description: 'the six digits that the app shows' }),
});
const AlertsForm = Type.Object({ alerts: Type.Optional(Type.Enum(['yes'])) });

const HERE = '/settings/second-factor';
const OPEN = { config: { access: 'viewer', enrols: true } } as const;

export const secondFactorPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, secrets, config } = app.desk;
  const again = (request: FastifyRequest) => async (problem: FormProblem) => ({
    view: 'settings/second-factor',
    data: await factorView(request, problem),
  });

  app.get(HERE, OPEN, (request, reply) => reply.page('settings/second-factor', factorView(request)));

  app.post(`${HERE}/key`, OPEN, (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(PasswordForm, request.body);
        if (!(await isFresh(request))) await provePassword(request, form.current);
        const userId = viewerOf(request).userId ?? 0;
        const key = await db.transaction().execute((trx) => unconfirmedKey(trx, secrets, userId, true));
        if (!key) return reply.done(HERE, 'An app is set up already. Remove it first to set up another.');
        return reply.redirect(`${HERE}/key`, 303);
      },
      again(request),
    ),
  );

  /** The key that waits for its first code; undefined: none does. */
  async function keyView(request: FastifyRequest, problem = '') {
    const userId = viewerOf(request).userId ?? 0;
    const key = await db.transaction().execute((trx) => unconfirmedKey(trx, secrets, userId, false));
    if (!key) return undefined;
    const { email } = await getUser(db, userId);
    const host = config.baseUrl ? new URL(config.baseUrl).hostname : '';
    const issuer = host ? `Delist Desk (${host})` : 'Delist Desk';
    const qr = await qrCode(otpauthUri(key, email, issuer));
    return { qr, key: inFours(key), email, issuer, problem };
  }

  app.get(`${HERE}/key`, OPEN, async (request, reply) => {
    const view = await keyView(request);
    return view ? reply.page('settings/second-factor-key', view) : reply.redirect(HERE, 303);
  });

  app.post(`${HERE}/key/confirmation`, OPEN, (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const code = asTotpCode(readForm(CodeForm, request.body).code);
        if (!code) throw invalid('code', 'A code has six digits.');
        const { email } = await getUser(db, viewerOf(request).userId ?? 0);
        const trier = { email: email.toLowerCase(), address: request.ip };
        const done = await limitTries(db, trier, () =>
          changeSafely(request, { what: 'set up app' }, async (trx, userId) => {
            if ((await factorsOf(trx, userId)).app) throw invalid('code', 'An app is set up already.');
            if (!(await useAppCode(trx, secrets, userId, code, { confirms: true })))
              throw invalid(
                'code',
                'This is not the code of now. Enter the one that the app shows; if it is wrong again, check the clock of your telephone.',
              );
            const codes = await firstRecoveryCodes(trx, userId);
            return { event: { kind: 'app-added' }, result: { codes, hasCodes: !codes } };
          }).then((made) => made ?? { codes: undefined, hasCodes: false }),
        );
        return done?.hasCodes
          ? reply.done(HERE, 'Your app is set up. Your other sessions have ended.')
          : showCodes(reply, done?.codes, 'Your app is set up.');
      },
      async (problem) => {
        const view = await keyView(request, problem.fields['code'] ?? problem.message);
        return view
          ? { view: 'settings/second-factor-key', data: view }
          : { view: 'settings/second-factor', data: await factorView(request, problem) };
      },
    ),
  );

  app.post(`${HERE}/key/removal`, OPEN, (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        await provePassword(request, readForm(PasswordForm, request.body).current);
        await changeSafely(request, { what: 'remove app' }, async (trx, userId) => {
          const had = await removeAppKey(trx, userId);
          return { event: had ? { kind: 'app-removed' } : null, result: undefined };
        });
        return reply.done(HERE, 'The app was removed. Your other sessions have ended.');
      },
      again(request),
    ),
  );

  app.post(`${HERE}/recovery-codes`, OPEN, (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        await provePassword(request, readForm(PasswordForm, request.body).current);
        const codes = await changeSafely(request, { what: 'renew recovery codes' }, async (trx, userId) => {
          if (!hasSecondFactor(await factorsOf(trx, userId)))
            throw invalid('current', 'Recovery codes are made once you have an app or a passkey.');
          return { event: { kind: 'codes-renewed' }, result: await renewRecoveryCodes(trx, userId) };
        });
        return showCodes(reply, codes, 'The earlier codes no longer work.');
      },
      again(request),
    ),
  );

  app.post(`${HERE}/alerts`, OPEN, (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const takes = readForm(AlertsForm, request.body).alerts === 'yes';
        await takeSignInAlerts(db, viewerOf(request).userId ?? 0, takes);
        return reply.done(
          HERE,
          takes ? 'You are told of new sign-ins by mail.' : 'New sign-ins are not mailed to you.',
        );
      },
      again(request),
    ),
  );
};
