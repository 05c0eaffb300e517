import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../incidents/number-params.ts';
import { Id, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { decideDispatch, tryNow } from './decide.ts';
import { messageIn } from './shown.ts';
import { withdrawDispatch } from './withdraw.ts';

const MessageParams = Type.Object({ number: NumberParams.properties.number, id: Id });
const DecisionForm = Type.Object({ decision: Type.Enum(['arrived', 'again', 'not-arrived']) });
const DONE = {
  arrived: 'Noted: it arrived.',
  again: 'It is sent again, with the same content and Message-ID.',
  'not-arrived': 'Noted: it did not arrive.',
} as const;

/** What a person does about a mail that goes out: undo, try now, say what became of it. */
export const dispatchPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const options = { config: { access: 'operator' }, schema: { params: MessageParams } } as const;

  app.post('/incidents/:number/messages/:id/withdrawal', options, async (request, reply) => {
    const { number, id } = request.params;
    const { letterId } = await messageIn(db, number, id);
    await formOnce(db, request, { what: `withdraw ${id}` }, async (trx) => {
      await withdrawDispatch(trx, actorOf(request), id);
    });
    return reply.done(
      letterId ? `/incidents/${number}/letters/${letterId}` : `/incidents/${number}`,
      'Taken back. The letter is a draft again, and nothing was sent.',
    );
  });

  app.post('/incidents/:number/messages/:id/attempt', options, async (request, reply) => {
    const { number, id } = request.params;
    await messageIn(db, number, id);
    await formOnce(db, request, { what: `try ${id}` }, async (trx) => {
      await tryNow(trx, id);
    });
    return reply.done(`/incidents/${number}/messages/${id}`, 'It is tried now.');
  });

  app.post('/incidents/:number/messages/:id/decision', options, async (request, reply) => {
    const { number, id } = request.params;
    const { decision } = readForm(DecisionForm, request.body);
    await messageIn(db, number, id);
    await formOnce(db, request, { what: `decide ${id}` }, async (trx) => {
      await decideDispatch(trx, actorOf(request), id, decision, catalogue);
    });
    return reply.done(`/incidents/${number}/messages/${id}`, DONE[decision]);
  });
};
