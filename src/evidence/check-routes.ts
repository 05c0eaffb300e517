import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../incidents/number-params.ts';
import { addressesOf, getIncident } from '../incidents/store.ts';
import { Id, Type } from '../json-schema.ts';
import { invalid, notFound } from '../problem.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { askForCheck } from './checks.ts';
import { readIncidentEvidence } from './incident-evidence.ts';
import { kindTitles } from './kind-titles.ts';
import { readSnapshot, subjectNamed } from './snapshots.ts';
import { subjectView } from './subject-page.ts';

const SubjectQuery = Type.Object({
  since: Type.Optional(Type.String({ format: 'date' })),
  before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
});

export const checkPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.post(
    '/incidents/:number/checks',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      await getIncident(db, number);
      await formOnce(db, request, { what: `check ${number}` }, async (trx) => {
        const networks = (await addressesOf(trx, [number])).get(number) ?? [];
        await askForCheck(trx, { incident: number, networks, askedBy: actorOf(request).name });
      });
      return reply.done(`/incidents/${number}#h-ev`, 'The evidence is looked at again.');
    },
  );

  /** The part of an incident's page that changes while its evidence is looked at. */
  app.get(
    '/incidents/:number/evidence/checked',
    { config: { access: 'viewer' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      await getIncident(db, number);
      const networks = (await addressesOf(db, [number])).get(number) ?? [];
      return reply.page('evidence/checked', { checked: await readIncidentEvidence(db, number, networks) });
    },
  );

  app.get(
    '/evidence/:subject',
    {
      config: { access: 'viewer' },
      schema: {
        params: Type.Object({ subject: Type.String({ maxLength: 253 }) }),
        querystring: SubjectQuery,
      },
    },
    async (request, reply) => {
      const subject = subjectNamed(request.params.subject);
      return reply.page(
        'evidence/subject',
        await subjectView(db, subject, request.query, {
          zone: viewerOf(request).timeZone,
          now: new Date(),
        }),
      );
    },
  );

  /** Every rule of standards and large receivers, for an address with a sending domain. */
  app.get(
    '/evidence/:subject/checklist',
    {
      config: { access: 'viewer' },
      schema: {
        params: Type.Object({ subject: Type.String({ maxLength: 253 }) }),
        querystring: Type.Object({ domain: Type.Optional(Type.String({ maxLength: 253 })) }),
      },
    },
    async (request, reply) => {
      const { address } = subjectNamed(request.params.subject);
      if (address === undefined)
        throw invalid('subject', 'A checklist is for an IP address; choose one of yours.');
      const { checklistView } = await import('./checklist-page.ts');
      return reply.page(
        'evidence/checklist',
        await checklistView(db, address, request.query.domain, new Date()),
      );
    },
  );

  /** The answers as they came. */
  app.get(
    '/snapshots/:id',
    { config: { access: 'viewer' }, schema: { params: Type.Object({ id: Id }) } },
    async (request, reply) => {
      const snapshot = await readSnapshot(db, request.params.id);
      if (!snapshot) throw notFound('such snapshot');
      return reply.page('evidence/snapshot', {
        name: snapshot.address ?? snapshot.domain ?? '',
        title: (await kindTitles()).get(snapshot.kind) ?? snapshot.kind,
        summary: snapshot.summary,
        firstSeenAt: snapshot.first_seen_at,
        lastSeenAt: snapshot.last_seen_at,
        raw: Object.entries(snapshot.raw).map(([question, answer]) => ({
          question,
          answer: typeof answer === 'string' ? answer : JSON.stringify(answer, null, 1),
        })),
      });
    },
  );
};
