import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MessageParams } from '../../correspondence/message-params.ts';
import { getMessage } from '../../correspondence/store.ts';
import { visibleName } from '../../correspondence/visible-signs.ts';
import { stateWords } from '../../incidents/incidents.ts';
import { getIncident } from '../../incidents/store.ts';
import type { Static } from '../../json-schema.ts';
import { providerChoices } from '../../providers/choice.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { type FormProblem, problemView, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { acceptVerdict } from './filed.ts';
import { fileForm, splitForm } from './filing-forms.ts';
import { splitView } from './unfiled-page.ts';
import { incidentChoices, movedTo } from './unfiled-store.ts';

type Place = Static<typeof MessageParams>;

/** What a person does with a message that is filed: says that it counts, or that it belongs elsewhere. */
export const filingPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const options = { config: { access: 'operator' }, schema: { params: MessageParams } } as const;

  app.post('/incidents/:number/messages/:id/acceptance', options, async (request, reply) => {
    const { number, id } = request.params;
    const { verdict } = await getMessage(db, number, id);
    await formOnce(db, request, { what: `accept ${id}` }, (trx) =>
      acceptVerdict(trx, actorOf(request), catalogue, number, id),
    );
    return reply.done(`/incidents/${number}/messages/${id}`, `Accepted: ${stateWords(verdict ?? '')}.`);
  });

  async function elsewhereData(
    { number, id }: Place,
    typed: Record<string, string> = {},
    problem?: FormProblem,
  ) {
    const [message, incident, incidents] = await Promise.all([
      getMessage(db, number, id),
      getIncident(db, number),
      incidentChoices(db),
    ]);
    const provider = catalogue.byKey.get(incident.provider)?.name ?? incident.provider;
    return {
      number,
      id,
      incidentTitle: incident.title,
      subject: visibleName(message.subject) || 'Message without a subject',
      from: visibleName(message.from_address),
      at: message.at,
      applied: message.applied,
      incidents: incidents.filter((one) => one.number !== number),
      choices: providerChoices(catalogue),
      incident: typed['incident'] ?? '',
      split: splitView(message, catalogue, typed, provider),
      ...problemView(problem),
    };
  }

  app.get('/incidents/:number/messages/:id/filing', options, async (request, reply) => {
    const { number, id } = request.params;
    const elsewhere = await movedTo(db, number, id);
    if (elsewhere) return reply.redirect(elsewhere, 303);
    return reply.page('mail-in/elsewhere', await elsewhereData(request.params));
  });

  /** The forms of that page. */
  const form = (
    path: string,
    run: (request: FastifyRequest, reply: FastifyReply, place: Place) => Promise<FastifyReply>,
  ) =>
    app.post(`/incidents/:number/messages/:id/${path}`, options, async (request, reply) =>
      orFormAgain(
        reply,
        () => run(request, reply, request.params),
        async (problem) => ({
          view: 'mail-in/elsewhere',
          data: await elsewhereData(request.params, typedAgain(request.body), problem),
        }),
      ),
    );

  form('filing', async (request, reply, { number, id }) => {
    const to = await fileForm(app.desk, request, id, number);
    return to === null
      ? reply.done(`/unfiled/${id}`, `Taken out of #${number}; it is unfiled.`, [number])
      : reply.done(`/incidents/${to}/messages/${id}`, `Moved from #${number} to #${to}.`, [number, to]);
  });

  form('incident', async (request, reply, { number, id }) => {
    const to = await splitForm(app.desk, request, id, number);
    const words = `Logged #${to} with the message that was in #${number}.`;
    return reply.done(`/incidents/${to}`, words, [number]);
  });
};
