import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { claimText } from '../letters/claims/claims.ts';
import { languageName } from '../letters/language.ts';
import { roundWords } from '../letters/rounds.ts';
import { csvLine, sendCsv } from '../web/csv.ts';
import { sumsOf, sumsOfAll } from './read.ts';
import type { Sum } from './sums.ts';
import { claimRows, LEAST_ANSWERS, together, workedOf } from './view.ts';

const Query = Type.Object({ provider: Type.Optional(Type.String({ maxLength: 60 })) });

const HEAD = [
  'provider',
  'template',
  'language',
  'wording',
  'round',
  'sent',
  'answered',
  'lifted',
  'denied',
  'other',
  'median_answer_s',
  'median_mitigation_s',
];

/** Which letters had what result: by provider, template, wording and claim. */
export const outcomePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters: library } = app.desk;
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;

  /** What people call a letter; one whose template is gone goes by its key. */
  async function titles(): Promise<Map<string, string>> {
    const templates = await library.current(db);
    return new Map(templates.map((one) => [`${one.key} ${one.language}`, one.title]));
  }

  const letterRow = (sum: Sum) => ({
    ...workedOf(sum),
    provider: sum.provider,
    providerName: nameOf(sum.provider),
    template: sum.template,
    language: languageName(sum.language),
    wording: sum.wording,
    round: roundWords(sum.round),
  });

  app.get(
    '/reports/what-worked',
    { config: { access: 'viewer' }, schema: { querystring: Query } },
    async (request, reply) => {
      const { provider = '' } = request.query;
      const everything = await sumsOfAll(db);
      const sums = provider ? await sumsOf(db, provider) : everything;
      const letters = sums.filter(({ claim }) => claim === '');
      const providers = together(everything, (sum) => sum.provider);
      const titled = provider ? await titles() : new Map<string, string>();
      return reply.page('outcomes/report', {
        provider,
        providerName: provider ? nameOf(provider) : '',
        least: LEAST_ANSWERS,
        isEmpty: letters.length === 0,
        providers: providers
          .map((sum) => ({ key: sum.provider, name: nameOf(sum.provider) }))
          .sort((a, b) => a.name.localeCompare(b.name, 'en')),
        byProvider: provider ? [] : providers.map(letterRow),
        byRound: provider ? together(letters, (sum) => sum.round).map(letterRow) : [],
        byLetter: provider
          ? together(letters, (sum) => [sum.template, sum.language, sum.wording].join('\n')).map((sum) => ({
              ...letterRow(sum),
              title: titled.get(`${sum.template} ${sum.language}`) ?? sum.template,
            }))
          : [],
        claims: provider ? claimRows(sums).map((row) => ({ ...row, text: claimText(row.claim) })) : [],
      });
    },
  );

  app.get(
    '/reports/what-worked.csv',
    { config: { access: 'viewer' }, schema: { querystring: Query } },
    async (request, reply) => {
      const { provider = '' } = request.query;
      const sums = provider
        ? (await sumsOf(db, provider)).filter(({ claim }) => claim === '')
        : await sumsOfAll(db);
      const seconds = (ms: number | null) => (ms === null ? null : Math.round(ms / 1000));
      const lines = sums.map((sum) => {
        const { sent, answered, lifted, denied, other, answerMs, mitigationMs } = workedOf(sum);
        return csvLine([
          sum.provider,
          sum.template,
          sum.language,
          sum.wording,
          sum.round,
          sent,
          answered,
          lifted,
          denied,
          other,
          seconds(answerMs),
          seconds(mitigationMs),
        ]);
      });
      return sendCsv(reply, 'what-worked.csv', [csvLine(HEAD), ...lines]);
    },
  );
};
