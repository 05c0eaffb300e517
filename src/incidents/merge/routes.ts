import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../../web/forms.ts';
import { incidentForm } from '../incident-form.ts';
import { NumberParams } from '../number-params.ts';
import { addressesOf, getIncident } from '../store.ts';
import { likelyDuplicates, mergeInto, undoMerge } from './store.ts';

const IncidentNumber = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: 'the number of an incident',
});
/** `other`: one that is not among the likely ones, of which `into` is chosen. */
const MergeForm = Type.Object({
  into: Type.Optional(IncidentNumber),
  other: Type.Optional(IncidentNumber),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
});

type Typed = { into?: string; other?: string; reason?: string };

function chosenIn({ into, other }: Static<typeof MergeForm>): number {
  const chosen = other ?? into;
  if (chosen === undefined) throw invalid('into', 'Say which incident stays.');
  return chosen;
}

const UndoForm = Type.Object({ merged: IncidentNumber });

/** Asks before an incident becomes a part of another, and takes that back. */
export const mergePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  async function view(number: number, typed: Typed, problem?: FormProblem) {
    const row = await getIncident(db, number);
    const [likely, addresses] = await Promise.all([likelyDuplicates(db, row), addressesOf(db, [number])]);
    const { into = '', other = '', reason = '' } = typed;
    const isLikely = likely.some((one) => String(one.number) === into);
    return {
      number,
      incidentTitle: row.title,
      provider: catalogue.byKey.get(row.provider)?.name ?? row.provider,
      addresses: addresses.get(number) ?? [],
      likely: likely.map((one) => ({ ...one, isChosen: String(one.number) === into && !other })),
      other: other || (isLikely ? '' : into),
      reason,
      ...problemView(problem),
    };
  }

  app.get(
    '/incidents/:number/merge',
    {
      config: { access: 'operator' },
      schema: {
        params: NumberParams,
        querystring: Type.Object({ into: Type.Optional(Type.String({ maxLength: 10 })) }),
      },
    },
    async (request, reply) =>
      reply.page('incidents/merge', await view(request.params.number, { into: request.query.into ?? '' })),
  );

  incidentForm(app, '/incidents/:number/merge', {
    access: 'operator',
    async act(request, reply, number) {
      const form = readForm(MergeForm, request.body);
      const { reason = '' } = form;
      const into = chosenIn(form);
      await formOnce(db, request, { what: `merge ${number}` }, (trx) =>
        mergeInto(trx, actorOf(request), number, { into, reason, now: new Date() }),
      );
      return reply.done(`/incidents/${into}`, `#${number} is a part of this incident now.`);
    },
    async again(request, number, problem) {
      return { view: 'incidents/merge', data: await view(number, typedAgain(request.body), problem) };
    },
  });

  app.post(
    '/incidents/:number/merges/undo',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number: survivor } = request.params;
      const { merged } = readForm(UndoForm, request.body);
      await formOnce(db, request, { what: `undo merge ${merged}` }, (trx) =>
        undoMerge(trx, actorOf(request), { merged, survivor }, new Date()),
      );
      return reply.done(`/incidents/${merged}`, `#${merged} is an incident of its own again.`);
    },
  );
};
