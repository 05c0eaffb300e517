import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { stateWords } from '../incidents/incidents.ts';
import { Type } from '../json-schema.ts';
import { corrections, readByProvider } from './verdicts-store.ts';

const PERIODS = { 90: '90 days', 365: '12 months', 1826: '5 years' } as const;
const Query = Type.Object({
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 36500, default: 365 })),
});

const periods = () => Object.entries(PERIODS).map(([key, words]) => ({ key: Number(key), words }));
/** Per cent of the machine's verdicts that nobody corrected, rounded down: 100 means all. */
const stood = (answers: number, corrected: number) =>
  answers === 0 ? 100 : Math.floor(((answers - corrected) / answers) * 1000) / 10;

/** How well answers are read, by what people corrected. */
export const verdictReportPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;

  app.get(
    '/reports/verdicts',
    { config: { access: 'viewer' }, schema: { querystring: Query } },
    async (request, reply) => {
      const { days = 365 } = request.query;
      const since = new Date(Date.now() - days * 86_400_000);
      const [rows, corrected] = await Promise.all([readByProvider(db, since), corrections(db, since)]);
      const sum = (of: 'answers' | 'corrected') => rows.reduce((all, row) => all + row[of], 0);
      return reply.page('reports/verdicts', {
        days,
        periods: periods(),
        since,
        answers: sum('answers'),
        corrected: sum('corrected'),
        share: stood(sum('answers'), sum('corrected')),
        rows: rows.map((row) => ({
          ...row,
          name: nameOf(row.provider),
          share: stood(row.answers, row.corrected),
        })),
        corrections: corrected.map(({ readAs, is, times }) => ({
          readAsWords: stateWords(readAs),
          isWords: stateWords(is),
          times,
        })),
      });
    },
  );
};
