import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { stateWords } from '../incidents/incidents.ts';
import { nextStep } from '../incidents/next-step.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { VERDICT_BADGES } from '../incidents/page.ts';
import { getIncident } from '../incidents/store.ts';
import { Id, Type } from '../json-schema.ts';
import { dispatchView } from '../mail-out/dispatch-view.ts';
import { dispatchOf, undeliveredOf } from '../mail-out/shown.ts';
import { notFound } from '../problem.ts';
import { VERDICTS, Verdict } from '../providers/schema.ts';
import { closeTicket, ensureTicket } from '../tickets/store.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { localInput } from '../web/format.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { sendInert } from '../web/inert.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { readMoment } from '../web/moment.ts';
import { orFormAgain } from '../web/pages.ts';
import { CHANNEL_WORDS, Channel, channelOptions } from './channels.ts';
import { sanitiseMail } from './sanitise.ts';
import { correctVerdict, getMessage, recordMessage } from './store.ts';
import { readMessage } from './take-message.ts';

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
const TicketForm = Type.Object({
  reference: Type.String({
    minLength: 1,
    maxLength: 120,
    description: 'the reference as the provider writes it',
  }),
  channel: Channel,
  address: Type.Optional(Type.String({ maxLength: 500 })),
});
const MessageParams = Type.Object({
  number: NumberParams.properties.number,
  id: Id,
});
const AttachmentParams = Type.Object({
  ...MessageParams.properties,
  position: Type.Integer({ minimum: 0, maximum: 1000 }),
});

export const correspondencePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  async function formView(
    request: FastifyRequest,
    number: number,
    typed: Record<string, string>,
    problem?: { message: string; fields: Record<string, string> },
  ) {
    const incident = await getIncident(db, number);
    const provider = catalogue.byKey.get(incident.provider);
    const tickets = await db
      .selectFrom('tickets')
      .select('reference')
      .where('incident_number', '=', number)
      .orderBy('id', 'desc')
      .limit(20)
      .execute();
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
        reference: value('reference', tickets[0]?.reference ?? ''),
      },
      references: tickets.map((ticket) => ticket.reference),
      channels: channelOptions,
      zone: viewerOf(request).timeZone,
      now: localInput(new Date(), viewerOf(request).timeZone).slice(0, 16),
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
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
      const body = (request.body ?? {}) as Record<string, unknown>;
      const typed = typedAgain(body);
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(MessageForm, typed, { raw: ['text'] });
          const incident = await getIncident(db, number);
          const file = body['file'];
          const rawMail = Buffer.isBuffer(file) && file.length > 0 ? file : null;
          const message = await readMessage(
            { ...form, rawMail, at: readMoment(request, 'at', form.at) },
            { catalogue, provider: incident.provider },
          );
          const answer = await formOnce(
            db,
            request,
            { what: `message ${number}`, input: { ...form, file: rawMail?.toString('base64') ?? '' } },
            async (trx) => ({
              status: 303,
              body: await recordMessage(
                trx,
                actorOf(request),
                number,
                message,
                catalogue.byKey.get(incident.provider),
              ),
            }),
          );
          const said = message.reading ? ` Read as: ${stateWords(message.reading.verdict)}.` : '';
          return reply.done(`/incidents/${number}/messages/${answer.body}`, `Message recorded.${said}`);
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
    { config: { access: 'viewer' }, schema: { params: MessageParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      const [incident, message, dispatch, undelivered, attachments] = await Promise.all([
        getIncident(db, number),
        getMessage(db, number, id),
        dispatchOf(db, id),
        undeliveredOf(db, [number]),
        db
          .selectFrom('attachments')
          .select(['position', 'file_name', 'content_type', 'byte_length'])
          .where('message_id', '=', id)
          .orderBy('position')
          .execute(),
      ]);
      const badge = VERDICT_BADGES[message.verdict ?? ''] ?? { is: '', icon: '' };
      return reply.page('correspondence/show', {
        number,
        incidentTitle: incident.title,
        step:
          message.direction === 'in'
            ? `Next: ${nextStep({ ...incident, undelivered: undelivered.get(number) }, catalogue.byKey.get(incident.provider)).what}`
            : '',
        dispatch: dispatch ? dispatchView(dispatch, number) : null,
        heading: message.subject || 'Message without a subject',
        message: {
          id,
          direction: message.direction,
          channel: CHANNEL_WORDS[message.channel],
          at: message.at,
          recordedAt: message.recorded_at,
          from: message.from_address,
          to: message.to_address,
          subject: message.subject,
          words: message.text,
          hasHtml: message.html !== null,
          quote: message.quote ?? '',
          confidence: message.confidence === null ? '' : `${Math.round(message.confidence * 100)}%`,
          byPerson: message.verdict !== null && message.confidence === null,
          verdict: message.verdict ?? '',
          verdictWords: stateWords(message.verdict ?? ''),
          is: badge.is,
          icon: badge.icon,
          reference: message.reference ?? '',
          problem: message.problem ?? '',
          letterId: message.letter_id,
        },
        verdicts: VERDICTS.map((key) => ({ key, words: stateWords(key), current: key === message.verdict })),
        attachments: attachments.map((one) => ({
          position: one.position,
          fileName: one.file_name,
          type: one.content_type,
          size: one.byte_length,
        })),
      });
    },
  );

  app.post(
    '/incidents/:number/messages/:id/verdict',
    { config: { access: 'operator' }, schema: { params: MessageParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      const { verdict } = readForm(VerdictForm, request.body);
      await formOnce(db, request, { what: `verdict ${id}` }, async (trx) => {
        await correctVerdict(trx, actorOf(request), number, id, verdict);
        return { status: 303, body: null };
      });
      return reply.done(`/incidents/${number}/messages/${id}`, `Verdict set to ${stateWords(verdict)}.`);
    },
  );

  /** The mail's own HTML, sanitised, for a frame in which nothing runs and nothing loads. */
  app.get(
    '/incidents/:number/messages/:id/html',
    { config: { access: 'viewer' }, schema: { params: MessageParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      const message = await getMessage(db, number, id);
      const html = await sanitiseMail(message.html ?? '');
      return reply
        .header(
          'content-security-policy',
          "sandbox allow-popups; default-src 'none'; style-src 'none'; frame-ancestors 'self'",
        )
        .header('x-frame-options', 'SAMEORIGIN')
        .type('text/html; charset=utf-8')
        .send(`<!doctype html><meta charset="utf-8"><title>Message</title>${html}`);
    },
  );

  app.get(
    '/incidents/:number/messages/:id/source',
    { config: { access: 'viewer' }, schema: { params: MessageParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      const row = await db
        .selectFrom('messages')
        .select(['raw', 'raw_type'])
        .where('id', '=', id)
        .where('incident_number', '=', number)
        .executeTakeFirst();
      if (!row) throw notFound('such message');
      return sendInert(
        reply,
        `incident-${number}-message-${id}.${row.raw_type === 'message/rfc822' ? 'eml' : 'txt'}`,
        row.raw,
      );
    },
  );

  app.get(
    '/incidents/:number/messages/:id/attachments/:position',
    { config: { access: 'viewer' }, schema: { params: AttachmentParams } },
    async (request, reply) => {
      const { number, id, position } = request.params;
      const row = await db
        .selectFrom('attachments as a')
        .innerJoin('messages as m', 'm.id', 'a.message_id')
        .select(['a.content', 'a.file_name'])
        .where('m.incident_number', '=', number)
        .where('m.id', '=', id)
        .where('a.position', '=', position)
        .executeTakeFirst();
      if (!row) throw notFound('such attachment');
      return sendInert(reply, row.file_name, row.content);
    },
  );

  app.post(
    '/incidents/:number/tickets',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      const form = readForm(TicketForm, request.body);
      await getIncident(db, number);
      await formOnce(db, request, { what: `ticket ${number}` }, async (trx) => ({
        status: 303,
        body: (await ensureTicket(trx, actorOf(request), number, form)).id,
      }));
      return reply.done(`/incidents/${number}`, `Ticket ${form.reference} recorded.`);
    },
  );

  app.post(
    '/incidents/:number/tickets/:id/closing',
    { config: { access: 'operator' }, schema: { params: MessageParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      await formOnce(db, request, { what: `close ticket ${id}` }, async (trx) => {
        await closeTicket(trx, actorOf(request), number, id);
        return { status: 303, body: null };
      });
      return reply.done(`/incidents/${number}`, 'Ticket closed.');
    },
  );
};
