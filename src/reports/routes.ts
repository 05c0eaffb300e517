import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { stateWords } from '../incidents/incidents.ts';
import { Type } from '../json-schema.ts';
import { csvLine, sendCsv } from '../web/csv.ts';
import { timesByProvider } from './store.ts';
import { corrections, readByProvider } from './verdicts-read.ts';

const PERIODS = { 90: '90 days', 365: '12 months', 1826: '5 years' } as const;
const ReportQuery = Type.Object({
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 36500, default: 365 })),
});

const periods = () => Object.entries(PERIODS).map(([key, words]) => ({ key: Number(key), words }));
/** Per cent of the machine's verdicts that nobody corrected, rounded down: 100 means all. */
const stood = (answers: number, corrected: number) =>
  answers === 0 ? 100 : Math.floor(((answers - corrected) / answers) * 1000) / 10;

export const reportPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;
  const since = (days: number) => new Date(Date.now() - days * 86_400_000);

  app.get(
    '/reports',
    { config: { access: 'viewer' }, schema: { querystring: ReportQuery } },
    async (request, reply) => {
      const { days = 365 } = request.query;
      const rows = await timesByProvider(db, since(days));
      const ms = (seconds: number | null) => (seconds === null ? null : seconds * 1000);
      return reply.page('reports/index', {
        days,
        periods: periods(),
        rows: rows.map((row) => ({
          ...row,
          name: nameOf(row.provider),
          blockedMs: ms(row.blocked),
          firstAnswerMs: ms(row.firstAnswer),
          mitigationMs: ms(row.mitigation),
        })),
        since: since(days),
      });
    },
  );

  app.get(
    '/reports/verdicts',
    { config: { access: 'viewer' }, schema: { querystring: ReportQuery } },
    async (request, reply) => {
      const { days = 365 } = request.query;
      const [rows, corrected] = await Promise.all([
        readByProvider(db, since(days)),
        corrections(db, since(days)),
      ]);
      const sum = (of: 'answers' | 'corrected') => rows.reduce((all, row) => all + row[of], 0);
      return reply.page('reports/verdicts', {
        days,
        periods: periods(),
        since: since(days),
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

  app.get(
    '/reports/providers.csv',
    { config: { access: 'viewer' }, schema: { querystring: ReportQuery } },
    async (request, reply) => {
      const rows = await timesByProvider(db, since(request.query.days ?? 365));
      const head =
        'provider,incidents,not_closed,median_blocked_s,median_first_answer_s,median_mitigation_s,average_rounds,relapses';
      const seconds = (value: number | null) => (value === null ? null : Math.round(value));
      const lines = rows.map((row) =>
        csvLine([
          row.provider,
          row.incidents,
          row.unfinished,
          seconds(row.blocked),
          seconds(row.firstAnswer),
          seconds(row.mitigation),
          row.rounds,
          row.relapses,
        ]),
      );
      return sendCsv(reply, 'providers.csv', [head, ...lines]);
    },
  );
};
