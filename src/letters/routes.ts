import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Channel, channelOptions } from '../correspondence/channels.ts';
import { readEntered } from '../correspondence/entered-fields.ts';
import { lastCheck } from '../evidence/checks.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { Id, type Static, Type, Version } from '../json-schema.ts';
import { listAccounts } from '../mail-out/accounts.ts';
import { dispatchView } from '../mail-out/dispatch-view.ts';
import { MAX_ADDRESS_FIELD } from '../mail-out/mail-address.ts';
import { type Attachment, mailLetter } from '../mail-out/mail-letter.ts';
import { usualRecipient } from '../mail-out/recipient.ts';
import { dispatchOfLetter } from '../mail-out/shown.ts';
import { lettersThatWorked, sumsOf } from '../outcomes/read.ts';
import { workedFrom, workedInAll } from '../outcomes/view.ts';
import { notFound } from '../problem.ts';
import { addressOf, routeFor } from '../providers/playbook.ts';
import { actorOf, reaches, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { localInput } from '../web/format.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { readMoment } from '../web/moment.ts';
import { orFormAgain } from '../web/pages.ts';
import { uploadsIn } from '../web/uploads.ts';
import { letterGroups } from './choice.ts';
import { claimText } from './claims/claims.ts';
import {
  checkClaims,
  currentDraft,
  discardDraft,
  refreshDraft,
  saveDraft,
  startLetter,
} from './draft-store.ts';
import { letterEml } from './eml.ts';
import { otherProviders } from './gate/other-providers.ts';
import { readJudgement } from './gate/store.ts';
import { LANGUAGES } from './language.ts';
import { getLetter } from './letter-rows.ts';
import { oneLine } from './letter-values.ts';
import { overrideClaim, overrideFinding, overridesOf } from './overrides.ts';
import { composerView } from './page.ts';
import { isRequest, isToDesk, ROUNDS } from './rounds.ts';
import { enteredWith, sendLetter } from './sending.ts';
import { newestRule } from './sources.ts';
import { nextTemplate, suggestTemplate, templatesFor, unknownDesk, whyNoLetter } from './suggest.ts';
import { standingOf } from './wording-trials/turn.ts';

const StartForm = Type.Object({
  template: Type.String({ maxLength: 120, description: 'a template' }),
  language: Type.Enum(Object.keys(LANGUAGES)),
});
/** The round that the next step names. */
const NewQuery = Type.Object({ round: Type.Optional(Type.Enum([...ROUNDS])) });
const TextForm = Type.Object({
  subject: Type.String({ maxLength: 300, description: 'a subject' }),
  body: Type.String({ maxLength: 100_000, description: 'the letter' }),
  version: Version,
});
const SendForm = Type.Object({
  ...TextForm.properties,
  channel: Channel,
  reference: Type.Optional(Type.String({ maxLength: 120 })),
  at: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
});
const MailForm = Type.Object({
  ...TextForm.properties,
  account: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'an account' })),
  mailTo: Type.Optional(Type.String({ maxLength: MAX_ADDRESS_FIELD })),
  reference: Type.Optional(Type.String({ maxLength: 120 })),
});
const OverrideForm = Type.Object({
  claim: Type.Optional(Type.String({ maxLength: 60 })),
  finding: Type.Optional(Type.String({ maxLength: 120 })),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
});
const LetterParams = Type.Object({
  number: NumberParams.properties.number,
  id: Id,
});

/** The files that came with a form. */
const filesOf = (request: FastifyRequest): Attachment[] =>
  uploadsIn(request, 'file').map(({ name, bytes }, index) => ({
    content: bytes,
    fileName: name || `file ${index + 1}`,
  }));

export const letterPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters, secrets } = app.desk;

  async function letterOf(number: number, id: number) {
    const letter = await getLetter(db, id);
    if (letter.incident_number !== number) throw notFound('such letter');
    const incident = await getIncident(db, number);
    return {
      letter,
      incident,
      provider: catalogue.byKey.get(incident.provider),
      template: await letters.of(db, letter),
    };
  }

  app.get(
    '/incidents/:number/letters/new',
    { config: { access: 'operator' }, schema: { params: NumberParams, querystring: NewQuery } },
    async (request, reply) => {
      const { number } = request.params;
      const incident = await getIncident(db, number);
      const provider = catalogue.byKey.get(incident.provider);
      const desk = provider ?? unknownDesk(incident.provider);
      const rule = await newestRule(db, number, desk.key);
      const route = provider && routeFor(provider, rule);
      const templates = await letters.current(db);
      const { round } = request.query;
      const suggested =
        (round && suggestTemplate(templates, desk, round)) ||
        nextTemplate(templates, desk, incident, { route, rule });
      const drafts = await db
        .selectFrom('letters')
        .select(['id', 'subject', 'updated_at'])
        .where('incident_number', '=', number)
        .where('state', '=', 'draft')
        .orderBy('id', 'desc')
        .limit(20)
        .execute();
      const sums = await sumsOf(db, desk.key);
      return reply.page('letter/choose', {
        number,
        incidentTitle: incident.title,
        isClosed: incident.state === 'closed',
        drafts,
        why: whyNoLetter(desk, route),
        groups: letterGroups(templatesFor(templates, desk), suggested, desk.languages, (keys) =>
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
      const incident = await getIncident(db, number);
      const template = (await letters.current(db)).find(
        (one) => one.key === form.template && one.language === form.language,
      );
      if (!template) throw notFound(`letter template ${form.template}`);
      const id = await formOnce(db, request, { what: `letter ${number}` }, (trx) =>
        startLetter(trx, actorOf(request), number, {
          template,
          provider: catalogue.byKey.get(incident.provider),
          letters,
          now: new Date(),
        }),
      );
      return reply.done(`/incidents/${number}/letters/${id}`);
    },
  );

  async function composer(
    request: FastifyRequest,
    number: number,
    id: number,
    typed: Record<string, string> = {},
    problem?: { message: string; fields: Record<string, string>; code: string },
  ) {
    const { letter, incident, provider, template } = await letterOf(number, id);
    const now = new Date();
    const [current, standing, overrides, entered, check, before] = await Promise.all([
      currentDraft(db, letter, template, provider, now),
      standingOf(db, letters, letter),
      overridesOf(db, id),
      enteredWith(db, id),
      lastCheck(db, number),
      lettersThatWorked(db, incident.provider, number),
    ]);
    const { draft, facts, rule } = current;
    const route = provider && routeFor(provider, rule);
    const [accounts, mailTo, dispatch] = await Promise.all([
      listAccounts(db),
      usualRecipient(db, letter, route && addressOf(route, facts.refusal?.text ?? '')),
      letter.state === 'sent' ? dispatchOfLetter(db, id) : undefined,
    ]);
    const sums = isRequest(letter.round) ? await sumsOf(db, incident.provider) : [];
    const judged = await readJudgement(db, letter, { template, provider }, current, {
      to: mailTo,
      text: {
        subject: typed['subject'] ?? letter.subject,
        body: (typed['body'] ?? letter.body).replace(/\r\n?/g, '\n'),
      },
      otherProviders: otherProviders(catalogue.providers, incident.provider),
    });
    return composerView({
      accounts: accounts.filter((account) => !account.disabled_at),
      mailTo,
      dispatch: dispatch ? dispatchView(dispatch, number) : null,
      letter,
      incident,
      provider,
      template,
      newestTemplate: standing.template,
      side: standing.side,
      draft,
      facts,
      route,
      overrides,
      judged,
      worked: {
        provider: incident.provider,
        ofTemplate: workedFrom(sums, [letter.template]),
        ofRound: workedInAll(sums.filter(({ round }) => round === letter.round)),
      },
      entered,
      check,
      before,
      typed,
      problem,
      zone: viewerOf(request).timeZone,
      canWrite: reaches(viewerOf(request).role, 'operator'),
      now: localInput(now, viewerOf(request).timeZone),
      channels: channelOptions,
    });
  }

  app.get(
    '/incidents/:number/letters/:id',
    { config: { access: 'viewer' }, schema: { params: LetterParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      const { letter } = await letterOf(number, id);
      return reply.page(
        letter.state === 'sent' ? 'letter/sent' : 'letter/compose',
        await composer(request, number, id),
      );
    },
  );

  /** The part of the composer that changes while the evidence is looked at. */
  app.get(
    '/incidents/:number/letters/:id/claims',
    { config: { access: 'viewer' }, schema: { params: LetterParams } },
    async (request, reply) =>
      reply.page('letter/claims', await composer(request, request.params.number, request.params.id)),
  );

  /** The forms of the composer share its page; each is one verb on the draft. */
  const verb = (
    path: string,
    run: (request: FastifyRequest, number: number, id: number) => Promise<{ to?: string; words: string }>,
  ) =>
    app.post(
      `/incidents/:number/letters/:id${path}`,
      {
        config: { access: 'operator' },
        ...(path === '/mailing' ? { bodyLimit: MAX_REPORT_BYTES } : {}),
        schema: { params: LetterParams },
      },
      async (request, reply) => {
        const { number, id } = request.params;
        return orFormAgain(
          reply,
          async () => {
            const { to, words } = await run(request, number, id);
            return reply.done(to ?? `/incidents/${number}/letters/${id}`, words);
          },
          async (problem) => {
            const { letter } = await letterOf(number, id);
            const data = await composer(request, number, id, typedAgain(request.body), problem);
            return { view: letter.state === 'sent' ? 'letter/sent' : 'letter/compose', data };
          },
        );
      },
    );

  verb('', async (request, number, id) => {
    const { version, ...text } = readForm(TextForm, request.body);
    await letterOf(number, id);
    await formOnce(db, request, { what: `save letter ${id}` }, async (trx) => {
      await saveDraft(trx, id, text, version);
    });
    return { words: 'Draft saved.' };
  });

  /** What the gate says to the text so far: the part of the page that changes while somebody writes. */
  app.post(
    '/incidents/:number/letters/:id/judging',
    { config: { access: 'operator' }, schema: { params: LetterParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      return reply.page('letter/checked', await composer(request, number, id, typedAgain(request.body)));
    },
  );

  verb('/refreshing', async (request, number, id) => {
    const { version, ...text } = readForm(TextForm, request.body);
    const { provider, letter } = await letterOf(number, id);
    const kept = await formOnce(db, request, { what: `refresh letter ${id}` }, async (trx) => {
      await saveDraft(trx, id, text, version);
      const { template } = await standingOf(trx, letters, letter);
      return refreshDraft(trx, id, template, provider, new Date());
    });
    return {
      words: kept
        ? `Brought up to date. ${kept} of your paragraphs stayed as you wrote them.`
        : 'Brought up to date; what you wrote stayed.',
    };
  });

  verb('/checking', async (request, number, id) => {
    const { version, ...text } = readForm(TextForm, request.body);
    const { letter, provider, template } = await letterOf(number, id);
    const checked = await formOnce(db, request, { what: `check letter ${id}` }, async (trx) => {
      if (text.subject !== letter.subject || text.body.replace(/\r\n?/g, '\n') !== letter.body)
        await saveDraft(trx, id, text, version);
      return checkClaims(trx, actorOf(request), id, template, provider, new Date());
    });
    return {
      words:
        checked === null
          ? 'The evidence is being looked at already.'
          : 'The evidence is looked at again; the claims follow by themselves.',
    };
  });

  verb('/overrides', async (request, number, id) => {
    const { claim, finding, reason = '' } = readForm(OverrideForm, request.body);
    const of = await letterOf(number, id);
    await formOnce(db, request, { what: `override ${id}` }, async (trx) => {
      if (finding) await overrideFinding(trx, actorOf(request), id, of, finding, reason);
      else await overrideClaim(trx, actorOf(request), id, claim ?? '', claimText(claim ?? ''), reason);
    });
    return { words: 'Overridden. The reason stands in the timeline.' };
  });

  verb('/sending', async (request, number, id) => {
    const { version, channel, reference, at, ...text } = readForm(SendForm, request.body);
    const { provider, template, letter } = await letterOf(number, id);
    const moment = readMoment(request, 'at', at);
    await formOnce(db, request, { what: `send letter ${id}` }, async (trx) => {
      if (text.subject !== letter.subject || text.body.replace(/\r\n?/g, '\n') !== letter.body)
        await saveDraft(trx, id, text, version);
      return sendLetter(trx, actorOf(request), id, template, provider, {
        channel,
        reference,
        at: moment,
        fields: readEntered(typedAgain(request.body), { letter: text.body, subject: text.subject }),
      });
    });
    return { to: `/incidents/${number}`, words: 'Letter recorded as sent. Its text is frozen.' };
  });

  verb('/mailing', async (request, number, id) => {
    const { version, account, mailTo, reference, ...text } = readForm(MailForm, request.body);
    const attachments = filesOf(request);
    const { provider, template, letter } = await letterOf(number, id);
    const input = {
      ...(request.body as object),
      file: attachments.map((one) => createHash('sha256').update(one.content).digest('hex')),
    };
    const { messageId, undoSeconds } = await formOnce(
      db,
      request,
      { what: `mail letter ${id}`, input },
      async (trx) => {
        if (text.subject !== letter.subject || text.body.replace(/\r\n?/g, '\n') !== letter.body)
          await saveDraft(trx, id, text, version);
        const mailing = { account, to: mailTo ?? '', reference, attachments };
        return mailLetter(trx, actorOf(request), secrets, id, { template, provider }, mailing);
      },
    );
    return {
      to: `/incidents/${number}/messages/${messageId}`,
      words: undoSeconds > 0 ? `Sent in ${undoSeconds} s. Until then you can undo it here.` : 'On its way.',
    };
  });

  verb('/discarding', async (request, number, id) => {
    await formOnce(db, request, { what: `discard letter ${id}` }, async (trx) => {
      await discardDraft(trx, number, id);
    });
    return { to: `/incidents/${number}`, words: 'Draft discarded.' };
  });

  type Text = { subject: string; body: string };
  type Found = Awaited<ReturnType<typeof letterOf>>;

  const asText = async (_found: Found, text: Text) => `${text.subject}\n\n${text.body}`;

  async function asMail({ letter, provider, template }: Found, { subject, body }: Text) {
    const { facts, rule } = await currentDraft(db, letter, template, provider, new Date());
    const route = provider && routeFor(provider, rule);
    return letterEml({
      subject,
      text: body,
      from: facts.profile.contactEmail,
      fromName: facts.profile.contactName || facts.profile.name,
      replyTo: facts.profile.replyAddress,
      to: (isToDesk(letter.round) && route && addressOf(route, facts.refusal?.text ?? '')) || '',
      at: letter.sent_at ?? new Date(),
    });
  }

  /** The letter as a file. The composer posts its form, so that the file holds what stands there, saved or not. */
  function file(ending: 'txt' | 'eml', type: string, write: typeof asText | typeof asMail) {
    const url = `/incidents/:number/letters/:id/letter.${ending}`;
    const options = { config: { access: 'viewer' }, schema: { params: LetterParams } } as const;
    const send = (
      reply: FastifyReply,
      { number, id }: Static<typeof LetterParams>,
      content: string | Buffer,
    ) =>
      reply
        .header('content-disposition', `attachment; filename="incident-${number}-letter-${id}.${ending}"`)
        .header('content-security-policy', "sandbox; default-src 'none'")
        .type(type)
        .send(content);
    app.get(url, options, async ({ params }, reply) => {
      const found = await letterOf(params.number, params.id);
      return send(reply, params, await write(found, found.letter));
    });
    app.post(url, options, async ({ params, body: form }, reply) => {
      const { subject, body } = readForm(TextForm, form);
      const text = { subject: oneLine(subject), body: body.replace(/\r\n?/g, '\n') };
      return send(reply, params, await write(await letterOf(params.number, params.id), text));
    });
  }

  file('txt', 'text/plain; charset=utf-8', asText);
  file('eml', 'message/rfc822', asMail);
};
