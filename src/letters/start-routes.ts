import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { Type } from '../json-schema.ts';
import { roundOfStep } from '../next-step/store.ts';
import { sumsOf } from '../outcomes/read.ts';
import { workedFrom } from '../outcomes/view.ts';
import { notFound } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { letterGroups } from './choice.ts';
import { listDrafts, startLetter } from './draft-store.ts';
import { LANGUAGES } from './language.ts';
import { nextLetter } from './next-letter.ts';
import { ROUNDS } from './rounds.ts';
import { templatesFor, whyNoLetter } from './suggest.ts';

const StartForm = Type.Object({
  template: Type.String({ maxLength: 120, description: 'a template' }),
  language: Type.Enum(Object.keys(LANGUAGES)),
});
/** The round that a button names. */
const NewQuery = Type.Object({ round: Type.Optional(Type.Enum([...ROUNDS])) });

/** Where a letter begins: its template is chosen. */
export const letterStartPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;

  app.get(
    '/incidents/:number/letters/new',
    { config: { access: 'operator' }, schema: { params: NumberParams, querystring: NewQuery } },
    async (request, reply) => {
      const { number } = request.params;
      const incident = await getIncident(db, number);
      const round = request.query.round ?? (await roundOfStep(db, incident, catalogue, new Date()));
      const [next, drafts, sums] = await Promise.all([
        nextLetter(db, letters, incident, catalogue.byKey.get(incident.provider), { round }),
        listDrafts(db, number),
        sumsOf(db, incident.provider),
      ]);
      const { templates, desk, route, template } = next;
      return reply.page('letter/choose', {
        number,
        incidentTitle: incident.title,
        isClosed: incident.state === 'closed',
        drafts,
        why: whyNoLetter(desk, route),
        groups: letterGroups(templatesFor(templates, desk), template, desk.languages, (keys) =>
          workedFrom(sums, keys),
        ),
      });
    },
  );

  app.post(
    '/incidents/:number/letters',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      const form = readForm(StartForm, request.body);
      const { provider } = await getIncident(db, number);
      const template = (await letters.current(db)).find(
        (one) => one.key === form.template && one.language === form.language,
      );
      if (!template) throw notFound(`letter template ${form.template}`);
      const id = await formOnce(db, request, { what: `letter ${number}` }, (trx) =>
        startLetter(trx, actorOf(request), number, {
          template,
          provider: catalogue.byKey.get(provider),
          letters,
          now: new Date(),
        }),
      );
      return reply.done(`/incidents/${number}/letters/${id}`);
    },
  );
};
