import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Db, Trx } from '../database/open.ts';
import { closed, SmallId, type Static, Type } from '../json-schema.ts';
import { invalid, notFound } from '../problem.ts';
import { REPORTS, reportByKey } from '../reports/definitions.ts';
import { readQuery } from '../reports/query-text.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { apiRoutes, NOTHING, wholeList } from '../web/api-route.ts';
import { isTimeZone } from '../web/format.ts';
import { apiShown } from '../web/idempotency.ts';
import { changeSubscription } from './change.ts';
import { ScheduleJson, scheduleJson } from './json.ts';
import { addressIdsOf } from './recipients.ts';
import {
  addSubscription,
  listReportAddresses,
  listSubscriptions,
  pauseSubscription,
  removeSubscription,
} from './store.ts';

const route = apiRoutes('reports');
const opt = Type.Optional;
const Params = Type.Object({ id: SmallId });

const fields = {
  query: Type.String({
    maxLength: 1000,
    description: 'as in the address of the report’s page: `period=…&provider=…`',
  }),
  cadence: Type.Enum(['daily', 'weekly', 'monthly']),
  weekday: Type.Integer({ minimum: 1, maximum: 7, description: 'of a weekly one; 1 is Monday' }),
  hour: Type.Integer({ minimum: 0, maximum: 23 }),
  timeZone: Type.String({ maxLength: 60, description: 'an IANA name; the token’s is UTC' }),
  userIds: Type.Array(SmallId, { maxItems: 50 }),
  addresses: Type.Array(Type.String({ maxLength: 254 }), {
    maxItems: 50,
    description: 'addresses that an administrator confirmed',
  }),
};
const NewSchedule = Type.Object(
  {
    report: Type.Enum(REPORTS.map(({ key }) => key)),
    query: opt(fields.query),
    cadence: fields.cadence,
    weekday: opt(fields.weekday),
    hour: fields.hour,
    timeZone: opt(fields.timeZone),
    userIds: opt(fields.userIds),
    addresses: opt(fields.addresses),
  },
  closed,
);
const ScheduleChange = Type.Object(
  {
    query: opt(fields.query),
    cadence: opt(fields.cadence),
    weekday: opt(fields.weekday),
    hour: opt(fields.hour),
    timeZone: opt(fields.timeZone),
    userIds: opt(fields.userIds),
    addresses: opt(fields.addresses),
    paused: opt(Type.Boolean()),
  },
  closed,
);

function zoneIn({ timeZone }: Static<typeof ScheduleChange>): string | undefined {
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw invalid('timeZone', 'This is no time zone: give an IANA name such as Europe/Berlin.');
  return timeZone;
}

/** Nobody is told of a field that they did not send. */
const fieldsOf = ({ userIds, addresses }: Static<typeof ScheduleChange>) => ({
  people: userIds === undefined && addresses !== undefined ? 'addresses' : 'userIds',
  addresses: 'addresses',
});

/** Reports that are mailed on a schedule, for programs. */
export const reportMailApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  async function shown(of: Db | Trx): Promise<ScheduleJson[]> {
    const [rows, addresses] = await Promise.all([listSubscriptions(of), listReportAddresses(of)]);
    const texts = new Map(addresses.map(({ id, address }) => [id, address]));
    return rows.map((row) => scheduleJson(row, texts));
  }
  async function one(of: Db | Trx, id: number): Promise<ScheduleJson> {
    const found = (await shown(of)).find((schedule) => schedule.id === id);
    if (!found) throw notFound('such schedule');
    return found;
  }

  app.get(
    '/report-schedules',
    route('viewer', 'reports:read', {
      summary: 'Reports that are mailed on a schedule, with the mails of the last due time',
      response: { 200: wholeList(ScheduleJson) },
    }),
    async () => ({ items: await shown(db), next: null }),
  );

  app.get(
    '/report-schedules/:id',
    route('viewer', 'reports:read', {
      summary: 'One schedule',
      params: Params,
      response: { 200: ScheduleJson },
    }),
    (request) => one(db, request.params.id),
  );

  app.post(
    '/report-schedules',
    route('operator', 'reports:write', {
      summary: 'Have a report mailed on a schedule',
      body: NewSchedule,
      response: { 201: ScheduleJson },
    }),
    async (request, reply) => {
      const { report, query = '', addresses = [], userIds = [], weekday = null, ...given } = request.body;
      const definition = reportByKey(report);
      if (!definition) throw notFound('such report');
      const zone = zoneIn(given) ?? viewerOf(request).timeZone;
      const add = async (trx: Trx) => {
        const addressIds = await addressIdsOf(trx, addresses);
        const { cadence, hour } = given;
        const wanted = { cadence, weekday, hour, userIds, addressIds };
        const at = { zone, now: new Date(), fields: fieldsOf(request.body) };
        return addSubscription(trx, actorOf(request), definition, readQuery(query), wanted, at);
      };
      const made = await apiShown(db, request, add, one);
      return reply.code(201).send(made);
    },
  );

  app.patch(
    '/report-schedules/:id',
    route('operator', 'reports:write', {
      summary:
        'Change a schedule: what is left out stays; `paused` stops it, or lets it go on with the next due time',
      params: Params,
      body: ScheduleChange,
      response: { 200: ScheduleJson },
    }),
    async (request) => {
      const { id } = request.params;
      const { query, addresses, timeZone: _, paused, ...change } = request.body;
      const zone = zoneIn(request.body);
      const now = new Date();
      await db.transaction().execute(async (trx) => {
        const addressIds = addresses && (await addressIdsOf(trx, addresses));
        await changeSubscription(
          trx,
          actorOf(request),
          id,
          {
            ...change,
            ...(addressIds ? { addressIds } : {}),
            zone,
            query: query === undefined ? undefined : readQuery(query),
          },
          { now, fields: fieldsOf(request.body) },
        );
        if (paused !== undefined) await pauseSubscription(trx, id, paused, now, actorOf(request));
      });
      return one(db, id);
    },
  );

  app.delete(
    '/report-schedules/:id',
    route('operator', 'reports:write', {
      summary: 'Remove a schedule; mails that have left stay',
      params: Params,
      response: NOTHING,
    }),
    async (request, reply) => {
      const { id } = request.params;
      await db.transaction().execute((trx) => removeSubscription(trx, id, actorOf(request)));
      return reply.code(204).send(null);
    },
  );
};
