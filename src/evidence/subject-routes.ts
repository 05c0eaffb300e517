import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { IdParams, Type } from '../json-schema.ts';
import { invalid, notFound } from '../problem.ts';
import { viewerOf } from '../web/access.ts';
import { keptAnswers, LEFT_OUT } from './kept-answers.ts';
import { kindTitles } from './kind-titles.ts';
import { readSnapshot, subjectNamed } from './snapshots.ts';
import { subjectView } from './subject-page.ts';

const Params = Type.Object({ subject: Type.String({ maxLength: 253 }) });
const SubjectQuery = Type.Object({
  since: Type.Optional(Type.String({ format: 'date' })),
  before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
});

/** What is known of an address or a domain, whichever kind of evidence found it. */
export const subjectPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/evidence/:subject',
    { config: { access: 'viewer' }, schema: { params: Params, querystring: SubjectQuery } },
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
        params: Params,
        querystring: Type.Object({ domain: Type.Optional(Type.String({ maxLength: 253 })) }),
      },
    },
    async (request, reply) => {
      const { address } = subjectNamed(request.params.subject);
      if (address === undefined)
        throw invalid('subject', 'A checklist is for an IP address; choose one of yours.');
      const { checklistView } = await import('./checklist/page.ts');
      return reply.page(
        'evidence/checklist',
        await checklistView(app.desk, address, request.query.domain, new Date()),
      );
    },
  );

  /** The answers as they came. */
  app.get(
    '/snapshots/:id',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const snapshot = await readSnapshot(db, request.params.id);
      if (!snapshot) throw notFound('such snapshot');
      // Those of earlier releases can be longer.
      const { [LEFT_OUT]: leftOut = '', ...answers } = keptAnswers(snapshot.raw);
      return reply.page('evidence/snapshot', {
        name: snapshot.address ?? snapshot.domain ?? '',
        title: (await kindTitles()).get(snapshot.kind) ?? snapshot.kind,
        summary: snapshot.summary,
        firstSeenAt: snapshot.first_seen_at,
        lastSeenAt: snapshot.last_seen_at,
        leftOut,
        raw: Object.entries(answers).map(([question, answer]) => ({
          question,
          answer: typeof answer === 'string' ? answer : JSON.stringify(answer, null, 1),
        })),
      });
    },
  );
};
