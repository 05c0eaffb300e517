import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { orNull, Type } from '../json-schema.ts';
import { MailServerJson } from '../outside/mail-server.ts';
import { invalid, Problem } from '../problem.ts';
import { apiRoutes, wholeList } from '../web/api-route.ts';
import { apiKey, apiOnce } from '../web/idempotency.ts';
import { takeOctets } from '../web/octets.ts';
import { type Kept, keepArrivals, type Mail, storeArrivals } from './arrivals.ts';
import { Held, Intake } from './intake.ts';
import { mailboxJson } from './mailboxes/mailbox-view.ts';
import { listMailboxes } from './mailboxes/mailboxes.ts';
import { isMail, mailsOf } from './take-files.ts';

const route = apiRoutes('mail');
const Address = Type.String({ maxLength: 400, pattern: '^[^\\0\\r\\n]*$' });
const TakenJson = Type.Object({
  id: Type.Integer(),
  known: Type.Boolean({ description: 'it was there already, perhaps by another way' }),
});
const ManyJson = Type.Object({ taken: Type.Integer(), known: Type.Integer() });
const Maybe = orNull(Type.String());
const Count = orNull(Type.Integer());
const MailboxJson = Type.Object({
  ...MailServerJson,
  folder: Type.String(),
  afterTaking: Type.String(),
  moveTo: Type.String(),
  disabledAt: Maybe,
  onServer: Count,
  untaken: Count,
  lastLookAt: Maybe,
  lastGoodAt: Maybe,
  lastProblem: Type.String(),
});

export const mailApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;
  const intake = new Intake(db);

  takeOctets(app, ['message/rfc822', 'application/mbox'], config.mailMaxBytes);

  app.post(
    '/mail',
    {
      ...route('operator', 'mail:write', {
        summary: 'Take a mail, byte for byte; answered when it is stored. 429: hold it, and bring it later',
        querystring: Type.Object({
          sender: Type.Optional(Address),
          recipient: Type.Optional(Type.Array(Address, { maxItems: 100 })),
          way: Type.Optional(Type.Enum(['api', 'pipe'])),
        }),
        body: { content: { 'message/rfc822': { schema: {} } } },
        response: { 202: TakenJson },
      }),
      bodyLimit: config.mailMaxBytes,
    },
    async (request, reply) => {
      const raw = request.body as Buffer;
      if (!isMail(raw)) throw invalid('body', 'This is no mail: it does not begin with a header field.');
      const { sender, recipient = [], way = 'api' } = request.query;
      const mail: Mail = { raw, way, envelopeSender: sender ?? null, envelopeRecipients: recipient };
      const once = (admit: () => void) =>
        apiOnce(
          db,
          request,
          async (trx) => {
            admit();
            const [kept] = await storeArrivals(trx, [mail]);
            return kept as Kept;
          },
          { input: raw },
        );
      try {
        const kept = apiKey(request) ? await intake.takeWith(mail, once) : await intake.take(mail);
        return reply.code(202).send(kept);
      } catch (error) {
        if (error instanceof Held) throw new Problem('too-much-mail', `${error.message}.`);
        throw error;
      }
    },
  );

  app.post(
    '/mail/mbox',
    {
      ...route('operator', 'mail:write', {
        summary: 'Take the mails of an mbox; those that are known are not taken twice',
        body: { content: { 'application/mbox': { schema: {} } } },
        response: { 202: ManyJson },
      }),
      bodyLimit: config.mailMaxBytes,
    },
    async (request, reply) => {
      apiKey(request);
      const raws = mailsOf({ name: '', octets: request.body as Buffer }, 'body');
      const kept = await keepArrivals(
        db,
        raws.map((raw): Mail => ({ raw, way: 'api' })),
      );
      const known = kept.filter((one) => one.known).length;
      return reply.code(202).send({ taken: kept.length - known, known });
    },
  );

  app.get(
    '/mailboxes',
    route('admin', 'settings:read', {
      summary: 'Mailboxes that are looked at, with their health and without their secrets',
      response: { 200: wholeList(MailboxJson) },
    }),
    async () => ({ items: (await listMailboxes(db)).map(mailboxJson), next: null }),
  );
};
