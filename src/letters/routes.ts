import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { readEntered } from '../correspondence/entered-fields.ts';
import { type Attachment, mailLetter } from '../mail-out/mail-letter.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, readForm, typedAgain } from '../web/forms.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { readMoment } from '../web/moment.ts';
import { orFormAgain } from '../web/pages.ts';
import { uploadsIn } from '../web/uploads.ts';
import { claimText } from './claims/claims.ts';
import { readComposer } from './composer.ts';
import { checkClaims, discardDraft, refreshDraft, saveDraft, saveTyped } from './draft-store.ts';
import { LetterParams, MailForm, OverrideForm, SendForm, TextForm } from './letter-forms.ts';
import { overrideClaim, overrideFinding } from './overrides.ts';
import { sendLetter } from './sending.ts';
import { letterIn, type WholeLetter } from './whole-letter.ts';
import { standingOf } from './wording-trials/turn.ts';

/** The files that came with a form. */
const filesOf = (request: FastifyRequest): Attachment[] =>
  uploadsIn(request, 'file').map(({ name, bytes }, index) => ({
    content: bytes,
    fileName: name || `file ${index + 1}`,
  }));

/** The composer of a letter, and what is done there. */
export const letterPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, letters, secrets } = app.desk;

  const composer = (
    request: FastifyRequest,
    whole: WholeLetter,
    typed?: Record<string, string>,
    problem?: FormProblem,
  ) => readComposer(app.desk, viewerOf(request), whole, typed, problem);
  const viewOf = ({ letter }: WholeLetter) => (letter.state === 'sent' ? 'letter/sent' : 'letter/compose');

  app.get(
    '/incidents/:number/letters/:id',
    { config: { access: 'viewer' }, schema: { params: LetterParams } },
    async (request, reply) => {
      const whole = await letterIn(app.desk, request.params.number, request.params.id);
      return reply.page(viewOf(whole), await composer(request, whole));
    },
  );

  /** The part of the composer that changes while the evidence is looked at. */
  app.get(
    '/incidents/:number/letters/:id/claims',
    { config: { access: 'viewer' }, schema: { params: LetterParams } },
    async (request, reply) => {
      const whole = await letterIn(app.desk, request.params.number, request.params.id);
      return reply.page('letter/claims', await composer(request, whole));
    },
  );

  /** What the gate says to the text so far: the part of the page that changes while somebody writes. */
  app.post(
    '/incidents/:number/letters/:id/judging',
    { config: { access: 'operator' }, schema: { params: LetterParams } },
    async (request, reply) => {
      const whole = await letterIn(app.desk, request.params.number, request.params.id);
      return reply.page('letter/checked', await composer(request, whole, typedAgain(request.body)));
    },
  );

  type Done = { to?: string; words: string };
  type Of = { number: number; id: number };

  /** The forms of the composer share its page. */
  const form = (path: string, run: (request: FastifyRequest, of: Of) => Promise<Done>) =>
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
            const { to, words } = await run(request, { number, id });
            return reply.done(to ?? `/incidents/${number}/letters/${id}`, words);
          },
          async (problem) => {
            const whole = await letterIn(app.desk, number, id);
            const data = await composer(request, whole, typedAgain(request.body), problem);
            return { view: viewOf(whole), data };
          },
        );
      },
    );

  /** Each is one verb on a letter that is there. */
  const verb = (path: string, run: (request: FastifyRequest, whole: WholeLetter) => Promise<Done>) =>
    form(path, async (request, { number, id }) => run(request, await letterIn(app.desk, number, id)));

  verb('', async (request, { letter: { id } }) => {
    const { version, ...text } = readForm(TextForm, request.body);
    await formOnce(db, request, { what: `save letter ${id}` }, (trx) => saveDraft(trx, id, text, version));
    return { words: 'Draft saved.' };
  });

  verb('/refreshing', async (request, whole) => {
    const { letter, provider } = whole;
    const { version, ...text } = readForm(TextForm, request.body);
    const stayed = await formOnce(db, request, { what: `refresh letter ${letter.id}` }, async (trx) => {
      await saveDraft(trx, letter.id, text, version);
      const { template } = await standingOf(trx, letters, letter);
      return refreshDraft(trx, letter.id, { template, provider }, new Date());
    });
    return {
      words: stayed
        ? `Brought up to date. ${stayed} of your paragraphs stayed as you wrote them.`
        : 'Brought up to date; what you wrote stayed.',
    };
  });

  verb('/checking', async (request, whole) => {
    const { id } = whole.letter;
    const typed = readForm(TextForm, request.body);
    const check = await formOnce(db, request, { what: `check letter ${id}` }, async (trx) => {
      await saveTyped(trx, id, typed);
      return checkClaims(trx, actorOf(request), id, whole, new Date());
    });
    return {
      words:
        check === null
          ? 'The evidence is being looked at already.'
          : 'The evidence is looked at again; the claims follow by themselves.',
    };
  });

  verb('/overrides', async (request, whole) => {
    const { id } = whole.letter;
    const { claim = '', finding, reason = '' } = readForm(OverrideForm, request.body);
    await formOnce(db, request, { what: `override ${id}` }, (trx) =>
      finding
        ? overrideFinding(trx, actorOf(request), id, whole, finding, reason)
        : overrideClaim(trx, actorOf(request), id, claim, claimText(claim), reason),
    );
    return { words: 'Overridden. The reason stands in the timeline.' };
  });

  verb('/sending', async (request, whole) => {
    const { letter } = whole;
    const { channel, reference, at, ...typed } = readForm(SendForm, request.body);
    const sending = {
      channel,
      reference,
      at: readMoment(request, 'at', at),
      fields: readEntered(typedAgain(request.body), { letter: typed.body, subject: typed.subject }),
    };
    await formOnce(db, request, { what: `send letter ${letter.id}` }, async (trx) => {
      await saveTyped(trx, letter.id, typed);
      return sendLetter(trx, actorOf(request), letter.id, whole, sending);
    });
    return {
      to: `/incidents/${letter.incident_number}`,
      words: 'Letter recorded as sent. Its text is frozen.',
    };
  });

  verb('/mailing', async (request, whole) => {
    const { letter } = whole;
    const { account, mailTo, reference, ...typed } = readForm(MailForm, request.body);
    const attachments = filesOf(request);
    const mailing = { account, to: mailTo ?? '', reference, attachments };
    const input = {
      ...(request.body as object),
      file: attachments.map((one) => createHash('sha256').update(one.content).digest('hex')),
    };
    const mail = await formOnce(db, request, { what: `mail letter ${letter.id}`, input }, async (trx) => {
      await saveTyped(trx, letter.id, typed);
      return mailLetter(trx, actorOf(request), secrets, letter.id, whole, mailing);
    });
    return {
      to: `/incidents/${letter.incident_number}/messages/${mail.messageId}`,
      words:
        mail.undoSeconds > 0
          ? `Sent in ${mail.undoSeconds} s. Until then you can undo it here.`
          : 'On its way.',
    };
  });

  // Of two who discard it at a time, the second finds none any more, and is told the same as the first.
  form('/discarding', async (request, { number, id }) => {
    await formOnce(db, request, { what: `discard letter ${id}` }, (trx) => discardDraft(trx, number, id));
    return { to: `/incidents/${number}`, words: 'Draft discarded.' };
  });
};
