import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PARTS } from '../dossier/parts.ts';
import { Type } from '../json-schema.ts';
import { getProfile } from '../profile/store.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { readMoment } from '../web/moment.ts';
import { STATES, stateWords } from './incidents.ts';
import { LINK_KINDS } from './links/kinds.ts';
import { sayLink, unlink } from './links/store.ts';
import { noteForms } from './note-forms.ts';
import { NumberParams } from './number-params.ts';
import { incidentView, ShowQuery } from './show-page.ts';
import { incidentForms } from './small-forms.ts';
import { confirmRecovery, setState } from './state-store.ts';

const StateForm = Type.Object({
  to: Type.Enum([...STATES], { description: 'one of the states' }),
  reason: Type.String({ maxLength: 2000, description: 'why it changes' }),
  seen: Type.Optional(Type.Enum([...STATES])),
});
const RecoverForm = Type.Object({
  words: Type.String({ maxLength: 2000, description: 'what you saw' }),
  at: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
});
const LinkForm = Type.Object({
  number: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'the number of an incident' }),
  kind: Type.Optional(Type.Enum([...LINK_KINDS], { description: 'one of the kinds' })),
});
const UnlinkForm = Type.Object({
  number: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'the number of an incident' }),
});

export const incidentPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/incidents/:number',
    { config: { access: 'viewer' }, schema: { params: NumberParams, querystring: ShowQuery } },
    async (request, reply) =>
      reply.page('incidents/show', incidentView(app.desk, request, request.params.number, request.query)),
  );

  /** The whole incident on one page, for paper or for an auditor. */
  app.get(
    '/incidents/:number/dossier',
    { config: { access: 'viewer' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const [view, { name }] = await Promise.all([
        incidentView(app.desk, request, request.params.number, {}, true),
        getProfile(db),
      ]);
      const parts = Object.entries(PARTS).map(([key, title]) => ({ key, title }));
      return reply.page('incidents/dossier', { ...view, organisation: name, parts });
    },
  );

  const smallForm = incidentForms(app);

  noteForms(app);

  smallForm('/incidents/:number/state', 'state', async (request, number) => {
    const form = readForm(StateForm, request.body);
    await formOnce(db, request, { what: `state ${number}` }, async (trx) => {
      await setState(trx, actorOf(request), number, form);
    });
    return { words: `State set to ${stateWords(form.to)}.` };
  });

  smallForm('/incidents/:number/recovery', 'recover', async (request, number) => {
    const form = readForm(RecoverForm, request.body);
    const at = readMoment(request, 'at', form.at) ?? new Date();
    await formOnce(db, request, { what: `recover ${number}` }, async (trx) => {
      await confirmRecovery(trx, actorOf(request), number, { words: form.words, at });
    });
    return { words: 'Recovery confirmed.' };
  });

  smallForm('/incidents/:number/links', 'link', async (request, number) => {
    const form = readForm(LinkForm, request.body);
    await formOnce(db, request, { what: `link ${number}` }, async (trx) => {
      await sayLink(trx, actorOf(request), number, { other: form.number, kind: form.kind ?? 'related' });
    });
    return { words: `Linked to #${form.number}.` };
  });

  smallForm('/incidents/:number/links/removal', 'link', async (request, number) => {
    const form = readForm(UnlinkForm, request.body);
    await formOnce(db, request, { what: `unlink ${number}` }, async (trx) => {
      await unlink(trx, actorOf(request), number, form.number);
    });
    return { words: `No longer linked to #${form.number}.` };
  });
};
