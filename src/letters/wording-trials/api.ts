import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Db, Trx } from '../../database/open.ts';
import { closed, Id, orNull, type Static, Type } from '../../json-schema.ts';
import type { Worked } from '../../outcomes/view.ts';
import { notFound } from '../../problem.ts';
import { actorOf } from '../../web/access.ts';
import { apiRoutes, pageOf } from '../../web/api-route.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { apiShown } from '../../web/idempotency.ts';
import { placeOf } from '../editor/template-edit.ts';
import { TemplateParams, templateNamed } from '../editor/template-params.ts';
import { endTrial, startTrial } from './edit.ts';
import { type Result, withResults } from './results.ts';
import { findTrial, listTrials } from './store.ts';
import { compare, comparedWords, sideOf } from './trial.ts';

const route = apiRoutes('letters');
const Wording = Type.Integer({
  minimum: 0,
  maximum: 2_147_483_647,
  description: 'a version of the template; 0: the built-in one',
});
const SideOfTrial = Type.Enum(['a', 'b']);
const Side = Type.Object({
  wording: Type.Integer(),
  sent: Type.Integer(),
  answered: Type.Integer(),
  lifted: Type.Integer(),
  denied: Type.Integer(),
  /** Lifted of those answered, in whole per cent, with its 95 per cent interval; null: under five answers. */
  share: orNull(Type.Object({ percent: Type.Integer(), from: Type.Integer(), to: Type.Integer() })),
  medianAnswerSeconds: orNull(Type.Integer()),
  medianMitigationSeconds: orNull(Type.Integer()),
});
const Trial = Type.Object({
  id: Type.Integer(),
  state: Type.Enum(['open', 'ended']),
  /** How many letters were given a wording. */
  turns: Type.Integer(),
  a: Side,
  b: Side,
  compared: Type.Enum(['too-few', 'alike', 'a', 'b']),
  words: Type.String(),
  startedAt: Type.String({ format: 'date-time' }),
  startedBy: Type.String(),
  endedAt: orNull(Type.String({ format: 'date-time' })),
  endedBy: orNull(Type.String()),
  /** Which one was put in force with the end. */
  used: orNull(SideOfTrial),
});

const seconds = (ms: number | null) => (ms === null ? null : Math.round(ms / 1000));
const sideJson = (wording: number, worked: Worked): Static<typeof Side> => ({
  wording,
  sent: worked.sent,
  answered: worked.answered,
  lifted: worked.lifted,
  denied: worked.denied,
  share: worked.share,
  medianAnswerSeconds: seconds(worked.answerMs),
  medianMitigationSeconds: seconds(worked.mitigationMs),
});

const trialJson = (trial: Result): Static<typeof Trial> => ({
  id: trial.id,
  state: trial.ended_at ? 'ended' : 'open',
  turns: trial.turn,
  a: sideJson(trial.wording_a, trial.a),
  b: sideJson(trial.wording_b, trial.b),
  compared: compare(trial.a, trial.b),
  words: comparedWords(trial.a, trial.b, trial.ended_at === null),
  startedAt: trial.started_at.toISOString(),
  startedBy: trial.started_by_name,
  endedAt: trial.ended_at?.toISOString() ?? null,
  endedBy: trial.ended_by_name,
  used: trial.chosen === null ? null : sideOf(trial, trial.chosen),
});

const LIST = 'wording-trials';

export const trialApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;
  const URL = '/letter-templates/:owner/:round/:language/trials';

  async function shown(of: Db | Trx, id: number): Promise<Static<typeof Trial>> {
    const row = await findTrial(of, id);
    const [result] = row ? await withResults(of, [row]) : [];
    if (!result) throw notFound('such comparison');
    return trialJson(result);
  }

  app.get(
    URL,
    route('viewer', 'templates:read', {
      summary: 'Comparisons of two wordings of a template with their results, the newest first',
      description: 'Only letters that were given their wording by turn in a comparison count in it.',
      params: TemplateParams,
      querystring: Type.Object({
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
        cursor: Type.Optional(Type.String({ maxLength: 200 })),
      }),
      response: { 200: pageOf(Trial) },
    }),
    async (request) => {
      const place = await placeOf(db, letters, catalogue, templateNamed(request.params));
      const { limit = 50, cursor } = request.query;
      const [below] = readCursor(cursor, LIST, ['number']) ?? [];
      const page = await listTrials(db, place, { limit, below });
      return {
        items: (await withResults(db, page.items)).map(trialJson),
        next: page.next ? writeCursor(LIST, [page.next]) : null,
      };
    },
  );

  app.post(
    URL,
    route('admin', 'templates:write', {
      summary: 'Give letters two wordings of a template by turn',
      params: TemplateParams,
      body: Type.Object({ a: Wording, b: Wording }, closed),
      response: { 201: Trial },
    }),
    async (request, reply) => {
      const name = templateNamed(request.params);
      const started = await apiShown(
        db,
        request,
        async (trx) => {
          const place = await placeOf(trx, letters, catalogue, name);
          return startTrial(trx, actorOf(request), letters, place, request.body);
        },
        shown,
      );
      return reply.code(201).send(started);
    },
  );

  app.patch(
    `${URL}/:id`,
    route('admin', 'templates:write', {
      summary: 'End a comparison; `use` puts that wording in force',
      params: Type.Object({ ...TemplateParams.properties, id: Id }),
      body: Type.Object({ state: Type.Enum(['ended']), use: Type.Optional(SideOfTrial) }, closed),
      response: { 200: Trial },
    }),
    async (request) => {
      const { id } = request.params;
      await db.transaction().execute(async (trx) => {
        const place = await placeOf(trx, letters, catalogue, templateNamed(request.params));
        await endTrial(trx, actorOf(request), letters, place, { id, use: request.body.use });
      });
      return shown(db, id);
    },
  );
};
