import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { stateWords } from '../incidents/incidents.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { addressesOf, getIncident } from '../incidents/store.ts';
import { Type } from '../json-schema.ts';
import { letterToAnswer } from '../letters/next-letter.ts';
import { ruleOf } from '../letters/rule-of.ts';
import { authenticityView, filingView } from '../mail-in/filing/unfiled-page.ts';
import { movedTo } from '../mail-in/filing/unfiled-store.ts';
import { recordOnce } from '../mail-in/record-once.ts';
import { dispatchView } from '../mail-out/dispatch-view.ts';
import { dispatchOf } from '../mail-out/shown.ts';
import { readStep } from '../next-step/store.ts';
import { invalid } from '../problem.ts';
import { routeFor } from '../providers/playbook.ts';
import { VERDICTS, Verdict } from '../providers/schema.ts';
import { ticketReferences } from '../tickets/store.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { localInput } from '../web/format.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { readMoment } from '../web/moment.ts';
import { orFormAgain } from '../web/pages.ts';
import { uploadsIn } from '../web/uploads.ts';
import { Channel, channelOptions } from './channels.ts';
import { doubtView } from './doubt-view.ts';
import { enteredText, hasFields, readEntered } from './entered-fields.ts';
import { fieldRows } from './field-rows.ts';
import { FRAME_SANDBOX } from './mail-frame.ts';
import { messageView } from './message-page.ts';
import { MessageParams, PicturesQuery } from './message-params.ts';
import { listAttachments, readSourceStart } from './parts-store.ts';
import { sanitiseMail } from './sanitise.ts';
import { sortedView } from './sorted-view.ts';
import { headerSection, sourceText } from './source-text.ts';
import { getMessage } from './store.ts';
import { readMessage } from './take-message.ts';
import { correctVerdict } from './verdict-store.ts';
import { visibleName } from './visible-signs.ts';

/** More of a header than this is in the source only. */
const MAX_HEADER_BYTES = 256 * 1024;

const MessageForm = Type.Object({
  direction: Type.Enum(['in', 'out']),
  channel: Channel,
  at: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
  from: Type.Optional(Type.String({ maxLength: 2000 })),
  to: Type.Optional(Type.String({ maxLength: 2000 })),
  subject: Type.Optional(Type.String({ maxLength: 500 })),
  text: Type.Optional(Type.String({ maxLength: 1_000_000 })),
  reference: Type.Optional(Type.String({ maxLength: 120 })),
});
const VerdictForm = Type.Object({ verdict: Verdict });

/** A message is recorded, read, and its verdict put right. */
export const correspondencePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;

  async function formView(
    request: FastifyRequest,
    number: number,
    typed: Record<string, string>,
    problem?: FormProblem,
  ) {
    const incident = await getIncident(db, number);
    const provider = catalogue.byKey.get(incident.provider);
    const [rule, references] = await Promise.all([
      ruleOf(db, incident, provider),
      ticketReferences(db, number),
    ]);
    const value = (name: string, otherwise = '') => typed[name] ?? otherwise;
    return {
      number,
      incidentTitle: incident.title,
      providerName: provider?.name ?? incident.provider,
      values: {
        direction: value('direction', 'in'),
        channel: value('channel', 'email'),
        at: value('at'),
        from: value('from'),
        to: value('to'),
        subject: value('subject'),
        text: value('text'),
        reference: value('reference', references[0] ?? ''),
      },
      references,
      formFields: fieldRows((provider && routeFor(provider, rule)?.fields) ?? [], typed),
      formOpen: typed['direction'] === 'out',
      channels: channelOptions,
      zone: viewerOf(request).timeZone,
      now: localInput(new Date(), viewerOf(request).timeZone).slice(0, 16),
      ...problemView(problem),
    };
  }

  app.get(
    '/incidents/:number/messages/new',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { direction } = request.query as { direction?: string };
      return reply.page(
        'correspondence/new',
        await formView(request, request.params.number, direction === 'out' ? { direction: 'out' } : {}),
      );
    },
  );

  app.post(
    '/incidents/:number/messages',
    { config: { access: 'operator' }, bodyLimit: MAX_REPORT_BYTES, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      const typed = typedAgain(request.body);
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(MessageForm, typed, { raw: ['text'] });
          const incident = await getIncident(db, number);
          const rawMail = uploadsIn(request, 'file')[0]?.bytes ?? null;
          const entered = readEntered(typed, { letter: form.text ?? '', subject: form.subject ?? '' });
          if (entered.length > 0 && (form.direction !== 'out' || !hasFields(form.channel)))
            throw invalid('channel', 'Fields were filled in below: that is us, by form or portal.');
          const message = await readMessage(
            {
              ...form,
              text: form.text || enteredText(entered),
              formFields: entered,
              rawMail,
              at: readMoment(request, 'at', form.at),
            },
            { catalogue, provider: incident.provider },
          );
          const input = { ...form, entered, file: rawMail };
          const id = await formOnce(db, request, { what: `message ${number}`, input }, (trx) =>
            recordOnce(trx, actorOf(request), catalogue, number, message, {
              way: 'page',
              provider: incident.provider,
            }),
          );
          const said = message.reading ? ` Read as: ${stateWords(message.reading.verdict)}.` : '';
          return reply.done(`/incidents/${number}/messages/${id}`, `Message recorded.${said}`);
        },
        async (problem) => ({
          view: 'correspondence/new',
          data: await formView(request, number, typed, problem),
        }),
      );
    },
  );

  app.get(
    '/incidents/:number/messages/:id',
    { config: { access: 'viewer' }, schema: { params: MessageParams, querystring: PicturesQuery } },
    async (request, reply) => {
      const { number, id } = request.params;
      const elsewhere = await movedTo(db, number, id);
      if (elsewhere) return reply.redirect(elsewhere, 303);
      const [incident, message, dispatch, source, attachments, addresses] = await Promise.all([
        getIncident(db, number),
        getMessage(db, number, id),
        dispatchOf(db, id),
        readSourceStart(db, number, id, MAX_HEADER_BYTES),
        listAttachments(db, [id]),
        addressesOf(db, [number]),
      ]);
      const provider = catalogue.byKey.get(incident.provider);
      const isMail = source.rawType === 'message/rfc822';
      const header = isMail ? headerSection(source.octets) : null;
      const html = message.html === null ? null : await sanitiseMail(message.html);
      return reply.page('correspondence/show', {
        number,
        incidentTitle: incident.title,
        step:
          message.direction === 'in'
            ? `Next: ${(await readStep(db, incident, catalogue, new Date())).step.what}`
            : '',
        dispatch: dispatch ? dispatchView(dispatch, number) : null,
        heading: visibleName(message.subject) || 'Message without a subject',
        sorted: sortedView(
          message,
          { provider: incident.provider, addresses: addresses.get(number) ?? [] },
          catalogue,
        ),
        doubt: doubtView(message, incident.provider, catalogue),
        authenticity: authenticityView(message, catalogue),
        filing: filingView(message),
        message: messageView(
          { ...message, has_html: html !== null },
          attachments,
          provider?.name ?? incident.provider,
        ),
        isMail,
        header: header ? sourceText(header.octets) : '',
        headerIsWhole: header?.isWhole ?? true,
        remotePictures: html?.remotePictures ?? 0,
        htmlIsCut: html?.isCut ?? false,
        showsRemote: request.query.pictures === 'remote',
        sandbox: FRAME_SANDBOX,
        verdicts: VERDICTS.map((key) => ({ key, words: stateWords(key), current: key === message.verdict })),
        answer: await letterToAnswer(db, letters, incident, provider),
      });
    },
  );

  app.post(
    '/incidents/:number/messages/:id/verdict',
    { config: { access: 'operator' }, schema: { params: MessageParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      const { verdict } = readForm(VerdictForm, request.body);
      await formOnce(db, request, { what: `verdict ${id}` }, (trx) =>
        correctVerdict(trx, actorOf(request), number, id, verdict, catalogue),
      );
      const moves = verdict === 'other' ? ', which moves nothing' : '';
      return reply.done(
        `/incidents/${number}/messages/${id}`,
        `Verdict set to ${stateWords(verdict)}${moves}.`,
      );
    },
  );
};
