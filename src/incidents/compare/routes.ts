import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { orNull, SmallId, Type } from '../../json-schema.ts';
import { invalid, Problem } from '../../problem.ts';
import { apiRoutes } from '../../web/api-route.ts';
import { orFormAgain } from '../../web/pages.ts';
import { stateWords } from '../incidents.ts';
import { NumberParams } from '../number-params.ts';
import { getIncident } from '../store.ts';
import { compareSides } from './rows.ts';
import { blockedBefore, readSide } from './store.ts';

const route = apiRoutes('incidents');

const IncidentNumber = SmallId;

/** An incident beside an earlier one of its addresses, or beside any other. */
export const comparePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.get(
    '/incidents/:number/compare',
    {
      config: { access: 'viewer' },
      schema: {
        params: NumberParams,
        querystring: Type.Object({ with: Type.Optional(Type.String({ maxLength: 12 })) }),
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      const now = new Date();
      const row = await getIncident(db, number);
      const before = await blockedBefore(db, row);
      const asked = request.query.with?.trim().replace(/^#/, '') ?? '';
      const head = {
        number,
        incidentTitle: row.title,
        before: before.map((one) => ({
          ...one,
          provider: catalogue.byKey.get(one.provider)?.name ?? one.provider,
          href: `/incidents/${number}/compare?with=${one.number}`,
        })),
        asked: asked || String(before[0]?.number ?? ''),
      };
      const nothing = { ...head, one: null, other: null, sections: [], differing: 0, errors: {} };
      return orFormAgain(
        reply,
        async () => {
          if (!head.asked) return reply.page('incidents/compare', nothing);
          if (!/^\d{1,9}$/.test(head.asked) || Number(head.asked) === 0)
            throw invalid('with', 'The number of an incident, such as 12.');
          if (Number(head.asked) === number) throw invalid('with', 'Choose another incident than this one.');
          const [one, other] = await Promise.all([
            readSide(db, catalogue, number, now),
            readSide(db, catalogue, Number(head.asked), now).catch((error: unknown) => {
              if (error instanceof Problem && error.code === 'not-found')
                throw invalid('with', `There is no incident #${head.asked}.`);
              if (error instanceof Problem && error.code === 'incident-merged')
                throw invalid('with', error.message);
              throw error;
            }),
          ]);
          const sections = compareSides(one, other, now);
          const side = ({ row: { number: at, title, state, opened_at: openedAt } }: typeof one) => ({
            number: at,
            title,
            state,
            stateWords: stateWords(state),
            openedAt,
          });
          return reply.page('incidents/compare', {
            ...nothing,
            one: side(one),
            other: side(other),
            sections,
            differing: sections.flatMap((section) => section.rows).filter((line) => line.differs).length,
          });
        },
        async (problem) => ({ view: 'incidents/compare', data: { ...nothing, errors: problem.fields } }),
      );
    },
  );
};

export const compareApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.get(
    '/incidents/:number/compare',
    route('viewer', 'incidents:read', {
      summary: 'What differs from another incident; left out: the last one of the same address',
      params: NumberParams,
      querystring: Type.Object({ with: Type.Optional(IncidentNumber) }),
      response: {
        200: Type.Object({
          number: Type.Integer(),
          /** Null: none of these addresses was blocked before. */
          with: orNull(Type.Integer()),
          rows: Type.Array(
            Type.Object({
              key: Type.String(),
              label: Type.String(),
              one: Type.String(),
              other: Type.String(),
              differs: Type.Boolean(),
              words: Type.String(),
            }),
          ),
        }),
      },
    }),
    async (request) => {
      const { number } = request.params;
      const now = new Date();
      const row = await getIncident(db, number);
      const other = request.query.with ?? (await blockedBefore(db, row))[0]?.number;
      if (other === undefined) return { number, with: null, rows: [] };
      if (other === number)
        throw new Problem('bad-request', 'An incident differs from another, not from itself.');
      const [ours, theirs] = await Promise.all([
        readSide(db, catalogue, number, now),
        readSide(db, catalogue, other, now),
      ]);
      return {
        number,
        with: other,
        rows: compareSides(ours, theirs, now).flatMap((section) => section.rows),
      };
    },
  );
};
