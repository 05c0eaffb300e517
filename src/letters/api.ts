import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Channel } from '../correspondence/channels.ts';
import { EnteredFields } from '../correspondence/json.ts';
import type { Trx } from '../database/open.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { Id, Type, Version } from '../json-schema.ts';
import { MAX_ADDRESS_FIELD } from '../mail-out/mail-address.ts';
import { mailLetter } from '../mail-out/mail-letter.ts';
import { usualRecipient } from '../mail-out/recipient.ts';
import { dispatchJson, dispatchOfLetter } from '../mail-out/shown.ts';
import { withdrawDispatch } from '../mail-out/withdraw.ts';
import { invalid, notFound } from '../problem.ts';
import { addressOf, routeFor } from '../providers/playbook.ts';
import { actorOf } from '../web/access.ts';
import { apiOnce } from '../web/idempotency.ts';
import { kindsToCheck } from './claims/claim-help.ts';
import { claimJson } from './claims/claim-json.ts';
import { claimText } from './claims/claims.ts';
import type { StoredClaim } from './claims/claims-view.ts';
import { currentDraft, saveDraft, startLetter } from './draft-store.ts';
import { stillMissing } from './facts.ts';
import { fillFields } from './forms/form-fields.ts';
import { otherProviders } from './gate/other-providers.ts';
import { readJudgement } from './gate/store.ts';
import { LetterJson } from './json.ts';
import { getLetter } from './letter-rows.ts';
import { overrideClaim, overrideFinding, overridesOf } from './overrides.ts';
import { isToDesk } from './rounds.ts';
import { sendLetter } from './sending.ts';
import { newestRule } from './sources.ts';
import { nextTemplate, unknownDesk } from './suggest.ts';
import type { LetterTemplate } from './templates.ts';

const closed = { additionalProperties: false };
const tags = ['letters'];
const IdParams = Type.Object({ id: Id });
const Shown = { 200: LetterJson };

export const letterApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters, secrets } = app.desk;

  async function shown(id: number) {
    const letter = await getLetter(db, id);
    const template = await letters.of(db, letter);
    const provider = catalogue.byKey.get((await getIncident(db, letter.incident_number)).provider);
    const current = await currentDraft(db, letter, template, provider, new Date());
    const { draft, facts, rule } = current;
    const judged =
      letter.state === 'sent'
        ? null
        : await readJudgement(db, letter, { template, provider }, current, {
            otherProviders: otherProviders(catalogue.providers, provider?.key ?? ''),
          });
    const claims: StoredClaim[] = letter.state === 'sent' ? (letter.claims as StoredClaim[]) : draft.claims;
    const overrides = await overridesOf(db, id);
    const reasonFor = (kind: 'claim' | 'finding', key: string) =>
      overrides.find((one) => one.kind === kind && one.key === key)?.reason ?? null;
    const dispatch = await dispatchOfLetter(db, id);
    const route = provider && routeFor(provider, rule);
    return {
      id,
      incident: letter.incident_number,
      template: letter.template,
      language: letter.language,
      round: letter.round,
      state: letter.state,
      subject: letter.subject,
      body: letter.body,
      claims: claims.map((claim) => ({
        ...claimJson(claim),
        overridden: reasonFor('claim', claim.key) !== null,
      })),
      /** Kinds of evidence that a check of the incident would look at for claims that do not hold. */
      checks: letter.state === 'sent' ? [] : kindsToCheck(claims),
      /** How the provider takes it; null where it is not the provider that is written to. */
      route:
        route && isToDesk(letter.round)
          ? {
              kind: route.kind,
              name: route.name,
              url: route.url ?? null,
              address: addressOf(route, facts.refusal?.text ?? '') ?? null,
            }
          : null,
      fields: route
        ? fillFields(route, facts, {
            subject: letter.subject,
            body: letter.body,
            language: template.language,
            claims,
          }).map(({ label, value, length, maxLength, missing, steps, leftOut, shortened }) => ({
            label,
            value,
            length,
            maxLength,
            missing,
            steps,
            leftOut,
            shortened: shortened || null,
          }))
        : [],
      /** What the gate says; a finding of the level `stop` that is not overridden keeps the letter from being sent. */
      findings: (judged?.findings ?? []).map((finding) => ({
        ...finding,
        overridden: reasonFor('finding', finding.key),
      })),
      questions: judged?.questions ?? [],
      overrides: overrides.map(({ kind, key, about, reason, by_name, at }) => ({
        kind,
        key,
        about,
        reason,
        by: by_name,
        at: at.toISOString(),
      })),
      missing: letter.state === 'sent' ? [] : stillMissing(letter),
      version: letter.version,
      sentAt: letter.sent_at?.toISOString() ?? null,
      channel: letter.channel,
      /** The mail that was made of it; null where it left in some other way. */
      mail: dispatch ? dispatchJson(dispatch) : null,
    };
  }

  async function partsOf(trx: Trx, id: number) {
    const letter = await getLetter(trx, id);
    const { provider } = await getIncident(trx, letter.incident_number);
    return {
      template: await letters.of(trx, letter),
      provider: catalogue.byKey.get(provider),
    };
  }

  async function usuallyTo(id: number): Promise<string> {
    const letter = await getLetter(db, id);
    const template = await letters.of(db, letter);
    const provider = catalogue.byKey.get((await getIncident(db, letter.incident_number)).provider);
    const { facts, rule } = await currentDraft(db, letter, template, provider, new Date());
    const route = provider && routeFor(provider, rule);
    return usualRecipient(db, letter, route && addressOf(route, facts.refusal?.text ?? ''));
  }

  app.post(
    '/incidents/:number/letters',
    {
      config: { access: 'operator', scope: 'letters:write' },
      schema: {
        tags,
        summary: 'Draft a letter; without a template, the one that fits',
        params: NumberParams,
        body: Type.Union([
          Type.Object(
            {
              template: Type.Optional(Type.String({ maxLength: 120 })),
              language: Type.Optional(Type.String({ maxLength: 5 })),
            },
            closed,
          ),
          Type.Null(),
        ]),
        response: { 201: LetterJson },
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      const incident = await getIncident(db, number);
      const provider = catalogue.byKey.get(incident.provider);
      const { template: key, language } = request.body ?? {};
      const templates = await letters.current(db);
      const rule = await newestRule(db, number, incident.provider);
      const route = provider && routeFor(provider, rule);
      const template = key ? named(templates, key, language) : suggested();
      const id = await apiOnce(db, request, (trx) =>
        startLetter(trx, actorOf(request), number, {
          template,
          provider,
          letters,
          now: new Date(),
        }),
      );
      return reply.code(201).send(await shown(id));

      function suggested(): LetterTemplate {
        const kin = provider ?? unknownDesk(incident.provider);
        const found = nextTemplate(templates, kin, incident, { language, route, rule });
        if (!found) throw invalid('template', provider?.letters?.why ?? 'No template fits; name one.');
        return found;
      }
    },
  );

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

  app.get(
    '/letters/:id',
    {
      config: { access: 'viewer', scope: 'letters:read' },
      schema: { tags, summary: 'One letter', params: IdParams, response: Shown },
    },
    (request) => shown(request.params.id),
  );

  app.patch(
    '/letters/:id',
    {
      config: { access: 'operator', scope: 'letters:write' },
      schema: {
        tags,
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
      },
    },
    async (request) => {
      const { id } = request.params;
      const { overrides = [], version, ...change } = request.body;
      await db.transaction().execute(async (trx) => {
        await saveDraft(trx, id, change, version);
        const of = await partsOf(trx, id);
        for (const one of overrides)
          if ('claim' in one)
            await overrideClaim(trx, actorOf(request), id, one.claim, claimText(one.claim), one.reason);
          else await overrideFinding(trx, actorOf(request), id, of, one.finding, one.reason);
      });
      return shown(id);
    },
  );

  app.post(
    '/letters/:id/send',
    {
      config: { access: 'operator', scope: 'letters:write' },
      schema: {
        tags,
        summary: 'Mark as sent',
        description:
          'With `deliver: true`, or an `account` (id or name), the letter is sent by mail, to `to` or else to whom it usually goes; without either it is recorded as sent in some other way.',
        params: IdParams,
        body: Type.Object(
          {
            channel: Channel,
            reference: Type.Optional(Type.String({ maxLength: 120 })),
            sentAt: Type.Optional(Type.String({ format: 'date-time' })),
            account: Type.Optional(
              Type.Union([
                Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
                Type.String({ minLength: 1, maxLength: 120 }),
              ]),
            ),
            to: Type.Optional(Type.String({ maxLength: MAX_ADDRESS_FIELD })),
            deliver: Type.Optional(Type.Boolean()),
            fields: Type.Optional(EnteredFields),
          },
          closed,
        ),
        response: Shown,
      },
    },
    async (request) => {
      const { id } = request.params;
      const letter = await getLetter(db, id);
      const template = await letters.of(db, letter);
      const provider = catalogue.byKey.get((await getIncident(db, letter.incident_number)).provider);
      const { channel, reference, sentAt, account, to, deliver, fields } = request.body;
      const isMailed = deliver ?? account !== undefined;
      if (isMailed && channel !== 'email')
        throw invalid('channel', 'A letter that is delivered goes by email.');
      if (isMailed && sentAt) throw invalid('sentAt', 'A letter that is delivered is sent now.');
      const usual = isMailed && to === undefined ? await usuallyTo(id) : '';
      await apiOnce(db, request, async (trx) =>
        isMailed
          ? await mailLetter(
              trx,
              actorOf(request),
              secrets,
              id,
              { template, provider },
              { account, to: to ?? usual, reference, fillGaps: true },
            )
          : await sendLetter(trx, actorOf(request), id, template, provider, {
              channel,
              reference,
              to,
              fillGaps: true,
              fields,
              at: sentAt ? new Date(sentAt) : undefined,
            }),
      );
      return shown(id);
    },
  );

  app.post(
    '/letters/:id/withdraw',
    {
      config: { access: 'operator', scope: 'letters:write' },
      schema: {
        tags,
        summary: 'Take a mail back that has not left; the letter is a draft again',
        params: IdParams,
        response: Shown,
      },
    },
    async (request) => {
      const { id } = request.params;
      await apiOnce(db, request, async (trx) => {
        const dispatch = await dispatchOfLetter(trx, id);
        if (!dispatch) throw notFound('mail of this letter');
        await withdrawDispatch(trx, actorOf(request), dispatch.messageId);
      });
      return shown(id);
    },
  );
};
