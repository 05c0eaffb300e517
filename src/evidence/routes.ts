import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { incidentForm } from '../incidents/incident-form.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { addressesOf, getIncident } from '../incidents/store.ts';
import { Type } from '../json-schema.ts';
import { CLAIM_KEYS, claimText } from '../letters/claims/claims.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { backOf } from '../web/back.ts';
import { formOnce } from '../web/form-once.ts';
import { localInput } from '../web/format.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { readMoment } from '../web/moment.ts';
import { uploadsIn } from '../web/uploads.ts';
import { digestOf, picturesFrom } from './pictures/picture.ts';
import { RESULTS, recordEvidence } from './store.ts';

const EvidenceForm = Type.Object({
  claim: Type.Enum([...CLAIM_KEYS], { description: 'one of the list' }),
  result: Type.Enum([...RESULTS]),
  words: Type.String({ minLength: 1, maxLength: 2000, description: 'what you found' }),
  source: Type.String({ minLength: 1, maxLength: 300, description: 'where you looked' }),
  at: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
  address: Type.Optional(Type.String({ maxLength: 80 })),
});

export const evidencePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  async function view(
    request: FastifyRequest,
    number: number,
    typed: Record<string, string> = {},
    problem?: FormProblem,
  ) {
    const incident = await getIncident(db, number);
    const addresses = (await addressesOf(db, [number])).get(number) ?? [];
    const value = (name: string, otherwise = '') => typed[name] ?? otherwise;
    const zone = viewerOf(request).timeZone;
    return {
      number,
      incidentTitle: incident.title,
      claims: CLAIM_KEYS.map((key) => ({ key, text: claimText(key) })),
      addresses,
      values: {
        claim: value('claim', (request.query as { claim?: string }).claim ?? 'no-public-listing'),
        result: value('result', 'supports'),
        words: value('words'),
        source: value('source'),
        at: value('at'),
        address: value('address'),
      },
      back: backOf(request),
      zone,
      now: localInput(new Date(), zone),
      ...problemView(problem),
    };
  }

  app.get(
    '/incidents/:number/evidence/new',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => reply.page('evidence/new', await view(request, request.params.number)),
  );

  incidentForm(app, '/incidents/:number/evidence', {
    access: 'operator',
    bodyLimit: MAX_REPORT_BYTES,
    async act(request, reply, number) {
      const form = readForm(EvidenceForm, request.body);
      const observedAt = readMoment(request, 'at', form.at) ?? new Date();
      const pictures = picturesFrom('pictures', uploadsIn(request, 'pictures'));
      const input = { form, pictures: pictures.map(digestOf) };
      await formOnce(db, request, { what: `evidence ${number}`, input }, (trx) =>
        recordEvidence(trx, actorOf(request), number, {
          ...form,
          about: claimText(form.claim),
          observedAt,
          address: form.address ?? null,
          pictures,
        }),
      );
      return reply.done(backOf(request) || `/incidents/${number}#h-ev`, 'Evidence recorded.');
    },
    again: async (request, number, problem) => ({
      view: 'evidence/new',
      data: await view(request, number, typedAgain(request.body), problem),
    }),
  });
};
