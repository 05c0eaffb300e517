import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Channel } from '../correspondence/channels.ts';
import { EnteredFields } from '../correspondence/json.ts';
import type { Db, Trx } from '../database/open.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { closed, IdParams, orNull, SmallId, Type, Version } from '../json-schema.ts';
import { MAX_ADDRESS_FIELD } from '../mail-out/mail-address.ts';
import { mailLetter } from '../mail-out/mail-letter.ts';
import { usualRecipient } from '../mail-out/recipient.ts';
import { dispatchOfLetter } from '../mail-out/shown.ts';
import { withdrawDispatch } from '../mail-out/withdraw.ts';
import { roundOfStep } from '../next-step/store.ts';
import { invalid, notFound } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { apiShown } from '../web/idempotency.ts';
import { pastMoment } from '../web/moment.ts';
import { claimText } from './claims/claims.ts';
import { currentDraft, saveDraft, startLetter } from './draft-store.ts';
import { LetterJson, readLetterJson } from './json.ts';
import { nextLetter } from './next-letter.ts';
import { overrideClaim, overrideFinding } from './overrides.ts';
import { sendLetter } from './sending.ts';
import type { LetterTemplate } from './templates.ts';
import { type WholeLetter, wholeLetter } from './whole-letter.ts';

const route = apiRoutes('letters');
const Shown = { 200: LetterJson };

/** The template that a request names; without a language the English one, or the first. */
function named(templates: LetterTemplate[], key: string, language: string | undefined): LetterTemplate {
  const found = templates.filter((template) => template.key === key);
  const one =
    found.find((template) => template.language === language) ??
    (language ? undefined : (found.find((template) => template.language === 'en') ?? found[0]));
  if (!one) {
    throw invalid(
      found.length > 0 ? 'language' : 'template',
      `There is no template ${key}${language ? ` in ${language}` : ''}; GET /api/v1/letter-templates lists them.`,
    );
  }
  return one;
}

export const letterApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters, secrets } = app.desk;
  const shown = (of: Db | Trx, id: number) => readLetterJson({ ...app.desk, db: of }, id);

  /** Whom a letter goes to where nobody says. */
  async function usuallyTo(trx: Trx, whole: WholeLetter): Promise<string> {
    const { deskAddress } = await currentDraft(trx, whole.letter, whole, new Date());
    return usualRecipient(trx, whole.letter, deskAddress);
  }

  app.post(
    '/incidents/:number/letters',
    route('operator', 'letters:write', {
      summary: 'Draft a letter; without a template, the one that the next step asks for, or that fits',
      params: NumberParams,
      body: orNull(
        Type.Object(
          {
            template: Type.Optional(Type.String({ maxLength: 120 })),
            language: Type.Optional(Type.String({ maxLength: 5 })),
          },
          closed,
        ),
      ),
      response: { 201: LetterJson },
    }),
    async (request, reply) => {
      const { number } = request.params;
      const { template: key, language } = request.body ?? {};
      const start = async (trx: Trx) => {
        const incident = await getIncident(trx, number);
        const provider = catalogue.byKey.get(incident.provider);
        const round = key ? undefined : await roundOfStep(trx, incident, catalogue, new Date());
        const next = await nextLetter(trx, letters, incident, provider, { round, language });
        const template = key ? named(next.templates, key, language) : next.template;
        if (!template) throw invalid('template', provider?.letters?.why ?? 'No template fits; name one.');
        return startLetter(trx, actorOf(request), number, { template, provider, letters, now: new Date() });
      };
      const made = await apiShown(db, request, start, shown);
      return reply.code(201).send(made);
    },
  );

  app.get(
    '/letters/:id',
    route('viewer', 'letters:read', { summary: 'One letter', params: IdParams, response: Shown }),
    (request) => shown(db, request.params.id),
  );

  app.patch(
    '/letters/:id',
    route('operator', 'letters:write', {
      summary: 'Edit a draft; override contradicted claims and findings that stop it with a reason',
      params: IdParams,
      body: Type.Object(
        {
          subject: Type.Optional(Type.String({ maxLength: 300 })),
          body: Type.Optional(Type.String({ maxLength: 100_000 })),
          overrides: Type.Optional(
            Type.Array(
              Type.Union([
                Type.Object(
                  { claim: Type.String({ maxLength: 60 }), reason: Type.String({ maxLength: 2000 }) },
                  closed,
                ),
                Type.Object(
                  { finding: Type.String({ maxLength: 120 }), reason: Type.String({ maxLength: 2000 }) },
                  closed,
                ),
              ]),
              { maxItems: 50 },
            ),
          ),
          version: Type.Optional(Version),
        },
        closed,
      ),
      response: Shown,
    }),
    async (request) => {
      const { id } = request.params;
      const { overrides = [], version, ...change } = request.body;
      await db.transaction().execute(async (trx) => {
        await saveDraft(trx, id, change, version);
        const of = await wholeLetter({ db: trx, catalogue, letters }, id);
        for (const one of overrides)
          if ('claim' in one)
            await overrideClaim(trx, actorOf(request), id, one.claim, claimText(one.claim), one.reason);
          else await overrideFinding(trx, actorOf(request), id, of, one.finding, one.reason);
      });
      return shown(db, id);
    },
  );

  app.post(
    '/letters/:id/send',
    route('operator', 'letters:write', {
      summary: 'Mark as sent',
      description:
        'With `deliver: true`, or an `account` (id or name), the letter is sent by mail, to `to` or else to whom it usually goes; without either it is recorded as sent in some other way.',
      params: IdParams,
      body: Type.Object(
        {
          channel: Channel,
          reference: Type.Optional(Type.String({ maxLength: 120 })),
          sentAt: Type.Optional(Type.String({ format: 'date-time' })),
          account: Type.Optional(Type.Union([SmallId, Type.String({ minLength: 1, maxLength: 120 })])),
          to: Type.Optional(Type.String({ maxLength: MAX_ADDRESS_FIELD })),
          deliver: Type.Optional(Type.Boolean()),
          fields: Type.Optional(EnteredFields),
        },
        closed,
      ),
      response: Shown,
    }),
    async (request) => {
      const { id } = request.params;
      const { channel, reference, sentAt, account, to, deliver, fields } = request.body;
      const isMailed = deliver ?? account !== undefined;
      if (isMailed && channel !== 'email')
        throw invalid('channel', 'A letter that is delivered goes by email.');
      if (isMailed && sentAt) throw invalid('sentAt', 'A letter that is delivered is sent now.');
      const at = sentAt ? pastMoment('sentAt', sentAt) : undefined;
      const send = async (trx: Trx) => {
        const whole = await wholeLetter({ ...app.desk, db: trx }, id);
        if (isMailed) {
          const mailing = { account, to: to ?? (await usuallyTo(trx, whole)), reference, fillGaps: true };
          await mailLetter(trx, actorOf(request), secrets, id, whole, mailing);
        } else {
          const sending = { channel, reference, to, fields, at, fillGaps: true };
          await sendLetter(trx, actorOf(request), id, whole, sending);
        }
      };
      return apiShown(db, request, send, (of) => shown(of, id));
    },
  );

  app.post(
    '/letters/:id/withdraw',
    route('operator', 'letters:write', {
      summary: 'Take a mail back that has not left; the letter is a draft again',
      params: IdParams,
      response: Shown,
    }),
    async (request) => {
      const { id } = request.params;
      return apiShown(
        db,
        request,
        async (trx) => {
          const dispatch = await dispatchOfLetter(trx, id);
          if (!dispatch) throw notFound('mail of this letter');
          await withdrawDispatch(trx, actorOf(request), dispatch.messageId);
        },
        (of) => shown(of, id),
      );
    },
  );
};
