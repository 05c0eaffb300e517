import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../incidents/number-params.ts';
import { Id, Type } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { decideDispatch, tryNow } from './decide.ts';
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

  async function checkIncident(number: number, id: number): Promise<void> {
    const row = await db
      .selectFrom('messages')
      .select('incident_number')
      .where('id', '=', id)
      .executeTakeFirst();
    if (row?.incident_number !== number) throw notFound('such message');
  }

  app.post('/incidents/:number/messages/:id/withdrawal', options, async (request, reply) => {
    const { number, id } = request.params;
    await checkIncident(number, id);
    await formOnce(db, request, { what: `withdraw ${id}` }, async (trx) => {
      await withdrawDispatch(trx, actorOf(request), id);
    });
    const row = await db.selectFrom('messages').select('letter_id').where('id', '=', id).executeTakeFirst();
    return reply.done(
      row?.letter_id ? `/incidents/${number}/letters/${row.letter_id}` : `/incidents/${number}`,
      'Taken back. The letter is a draft again, and nothing was sent.',
    );
  });

  app.post('/incidents/:number/messages/:id/attempt', options, async (request, reply) => {
    const { number, id } = request.params;
    await checkIncident(number, id);
    await formOnce(db, request, { what: `try ${id}` }, async (trx) => {
      await tryNow(trx, id);
    });
    return reply.done(`/incidents/${number}/messages/${id}`, 'It is tried now.');
  });

  app.post('/incidents/:number/messages/:id/decision', options, async (request, reply) => {
    const { number, id } = request.params;
    const { decision } = readForm(DecisionForm, request.body);
    await checkIncident(number, id);
    await formOnce(db, request, { what: `decide ${id}` }, async (trx) => {
      await decideDispatch(trx, actorOf(request), id, decision, catalogue);
    });
    return reply.done(`/incidents/${number}/messages/${id}`, DONE[decision]);
  });
};
