import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../../json-schema.ts';
import { viewerOf } from '../../web/access.ts';
import { readForm, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { CurrentField, IdParams } from '../form-fields.ts';
import { changeSafely, isFresh, provePassword } from '../own-request.ts';
import { firstRecoveryCodes } from '../second-factor/store.ts';
import { factorView, showCodes } from '../second-factor/view.ts';
import { getUser } from '../store.ts';
import { askForNew, checkNew, needParty } from './ceremonies.ts';
import { relyingParty } from './relying-party.ts';
import { answerScript } from './script-answer.ts';
import { addPasskey, removePasskey } from './store.ts';

const Name = Type.String({ minLength: 1, maxLength: 80, description: 'what to call it, such as “blue key”' });
const AskForm = Type.Object({ name: Name, current: CurrentField });
const AddForm = Type.Object({
  name: Name,
  passkey: Type.String({ maxLength: 20_000, description: 'what the browser made with your passkey' }),
});
const RemoveForm = Type.Object({ current: CurrentField });

const HERE = '/settings/second-factor';

export const passkeyPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;
  const rp = relyingParty(config.baseUrl);

  app.post('/settings/passkeys/challenge', { config: { access: 'viewer', enrols: true } }, (request, reply) =>
    answerScript(reply, async () => {
      const form = readForm(AskForm, request.body);
      if (!(await isFresh(request))) await provePassword(request, form.current);
      const user = await getUser(db, viewerOf(request).userId ?? 0);
      return askForNew(db, needParty(rp), user, request.ip);
    }),
  );

  // Who could ask for the challenge has proven the password; it is good for one passkey.
  app.post('/settings/passkeys', { config: { access: 'viewer', enrols: true } }, (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const party = needParty(rp);
        const form = readForm(AddForm, request.body);
        const passkey = await checkNew(db, party, viewerOf(request).userId ?? 0, form.passkey);
        const codes = await changeSafely(
          request,
          { what: 'add passkey', input: form },
          async (trx, userId) => {
            await addPasskey(trx, userId, { ...passkey, name: form.name });
            return {
              event: { kind: 'passkey-added', name: form.name },
              result: await firstRecoveryCodes(trx, userId),
            };
          },
        );
        return codes
          ? showCodes(reply, codes, `The passkey ${form.name} was added.`)
          : reply.done(HERE, `The passkey ${form.name} was added. Your other sessions have ended.`);
      },
      async (problem) => ({
        view: 'settings/second-factor',
        data: await factorView(request, problem, typedAgain(request.body, ['name'])['name']),
      }),
    ),
  );

  app.post(
    '/settings/passkeys/:id/removal',
    { config: { access: 'viewer', enrols: true }, schema: { params: IdParams } },
    (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          await provePassword(request, readForm(RemoveForm, request.body).current);
          const { id } = request.params;
          await changeSafely(request, { what: 'remove passkey', input: id }, async (trx, userId) => {
            const name = await removePasskey(trx, userId, id);
            return { event: { kind: 'passkey-removed', name }, result: undefined };
          });
          return reply.done(HERE, 'The passkey was removed. Your other sessions have ended.');
        },
        async (problem) => ({ view: 'settings/second-factor', data: await factorView(request, problem) }),
      ),
  );
};
