import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import type { Static } from '../json-schema.ts';
import { readForm } from '../web/forms.ts';
import { bodyOf, currentDraft } from './draft-store.ts';
import { letterEml } from './eml.ts';
import { LetterParams, TextForm } from './letter-forms.ts';
import { oneLine } from './letter-values.ts';
import { isToDesk } from './rounds.ts';
import { letterIn, type WholeLetter } from './whole-letter.ts';

type Text = { subject: string; body: string };
type Write = (whole: WholeLetter, text: Text) => Promise<string | Buffer>;

/** A letter as a file. The composer posts its form, so that the file holds what stands there, saved or not. */
export const letterFiles: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  const asText: Write = async (_whole, { subject, body }) => `${subject}\n\n${body}`;

  const asMail: Write = async (whole, { subject, body }) => {
    const { letter } = whole;
    const { facts, deskAddress } = await currentDraft(db, letter, whole, new Date());
    return letterEml({
      subject,
      text: body,
      from: facts.profile.contactEmail,
      fromName: facts.profile.contactName || facts.profile.name,
      replyTo: facts.profile.replyAddress,
      to: (isToDesk(letter.round) && deskAddress) || '',
      at: letter.sent_at ?? new Date(),
    });
  };

  function file(ending: 'txt' | 'eml', type: string, write: Write) {
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
    const found = ({ number, id }: Static<typeof LetterParams>) => letterIn(app.desk, number, id);
    app.get(url, options, async ({ params }, reply) => {
      const whole = await found(params);
      return send(reply, params, await write(whole, whole.letter));
    });
    app.post(url, options, async ({ params, body: form }, reply) => {
      const { subject, body } = readForm(TextForm, form);
      const text = { subject: oneLine(subject), body: bodyOf(body) };
      return send(reply, params, await write(await found(params), text));
    });
  }

  file('txt', 'text/plain; charset=utf-8', asText);
  file('eml', 'message/rfc822', asMail);
};
