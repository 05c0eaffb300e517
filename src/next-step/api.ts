import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Db, Trx } from '../database/open.ts';
import { IncidentJson, nextActionJson } from '../incidents/json.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { addressesOf, getIncident } from '../incidents/store.ts';
import { closed, orNull, Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { apiShown } from '../web/idempotency.ts';
import { pastMoment } from '../web/moment.ts';
import { readCauses, recordCause } from './cause-store.ts';
import { CAUSE_CLASSES } from './causes.ts';
import { answerStep, readStep, resumeStep } from './store.ts';

const route = apiRoutes('next-step');
const Step = Type.String({ pattern: '^[a-z0-9-]{1,60}$' });
const Time = Type.String({ format: 'date-time' });
const Reason = Type.String({ minLength: 1, maxLength: 2000 });
const NextActionJson = IncidentJson.properties.nextAction;
const MaybeTime = orNull(Time);
const CauseJson = Type.Object({
  class: Type.Enum([...CAUSE_CLASSES]),
  found: Type.String(),
  fixed: Type.String(),
  foundAt: Time,
  fixedAt: MaybeTime,
  recordedAt: Time,
  recordedBy: Type.String(),
});

export const nextStepApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const world = () => ({ catalogue, now: new Date() });

  const shown = (number: number) => async (of: Db | Trx) => {
    const row = await getIncident(of, number);
    const [address = ''] = (await addressesOf(of, [number])).get(number) ?? [];
    const { step } = await readStep(of, row, catalogue, new Date());
    return nextActionJson(row, step, address);
  };

  app.post(
    '/incidents/:number/next-step/snooze',
    route('operator', 'incidents:write', {
      summary: 'Put the next step off to a time, while nothing changes; `step` is the one that was seen',
      params: NumberParams,
      body: Type.Object({ step: Step, until: Time, reason: Type.Optional(Reason) }, closed),
      response: { 200: NextActionJson },
    }),
    async (request) => {
      const { number } = request.params;
      const { step, until, reason = '' } = request.body;
      const answer = { step, until: new Date(until), reason };
      return apiShown(
        db,
        request,
        (trx) => answerStep(trx, actorOf(request), number, answer, world()),
        shown(number),
      );
    },
  );

  app.post(
    '/incidents/:number/next-step/dismiss',
    route('operator', 'incidents:write', {
      summary:
        'Dismiss the next step with a reason; it returns when an answer, a refusal or a cause comes in',
      params: NumberParams,
      body: Type.Object({ step: Step, reason: Reason }, closed),
      response: { 200: NextActionJson },
    }),
    async (request) => {
      const { number } = request.params;
      const { step, reason } = request.body;
      return apiShown(
        db,
        request,
        (trx) => answerStep(trx, actorOf(request), number, { step, dismiss: true, reason }, world()),
        shown(number),
      );
    },
  );

  app.post(
    '/incidents/:number/next-step/resume',
    route('operator', 'incidents:write', {
      summary: 'Bring back a step that was put off or dismissed',
      params: NumberParams,
      body: Type.Object({ step: Step }, closed),
      response: { 200: NextActionJson },
    }),
    async (request) => {
      const { number } = request.params;
      return apiShown(
        db,
        request,
        (trx) => resumeStep(trx, actorOf(request), number, request.body.step, world()),
        shown(number),
      );
    },
  );

  app.get(
    '/incidents/:number/cause',
    route('viewer', 'incidents:read', {
      summary: 'What was found to be the cause, and what was done about it',
      params: NumberParams,
      response: { 200: CauseJson },
    }),
    async (request) => {
      const { number } = request.params;
      await getIncident(db, number);
      const cause = (await readCauses(db, [number])).get(number);
      if (!cause) throw new Problem('not-found', `No cause is recorded with incident #${number}.`);
      return {
        class: cause.class,
        found: cause.found,
        fixed: cause.fixed,
        foundAt: cause.foundAt.toISOString(),
        fixedAt: cause.fixedAt?.toISOString() ?? null,
        recordedAt: cause.recordedAt.toISOString(),
        recordedBy: cause.by,
      };
    },
  );

  app.post(
    '/incidents/:number/cause',
    route('operator', 'incidents:write', {
      summary: 'Record the cause and its fix: evidence for letters, and what the next step goes by',
      params: NumberParams,
      body: Type.Object(
        {
          class: Type.Enum([...CAUSE_CLASSES]),
          found: Reason,
          fixed: Type.Optional(Type.String({ maxLength: 2000 })),
          foundAt: Type.Optional(Time),
          fixedAt: Type.Optional(MaybeTime),
        },
        closed,
      ),
      response: { 200: NextActionJson },
    }),
    async (request) => {
      const { number } = request.params;
      const { class: kind, found, fixed = '', foundAt, fixedAt = null } = request.body;
      const cause = {
        class: kind,
        found,
        fixed,
        foundAt: foundAt ? pastMoment('foundAt', foundAt) : null,
        fixedAt: fixedAt === null ? null : pastMoment('fixedAt', fixedAt),
      };
      return apiShown(db, request, (trx) => recordCause(trx, actorOf(request), number, cause), shown(number));
    },
  );
};
