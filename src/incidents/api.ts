import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { networkFrom } from '../addresses/store.ts';
import { VALUE_MAX } from '../custom-fields/field.ts';
import { fieldValuesOf, setFieldValues } from '../custom-fields/store.ts';
import { closed, orNull, SmallId, Type, Version } from '../json-schema.ts';
import { KeptSteps } from '../next-step/kept-steps.ts';
import { Problem } from '../problem.ts';
import { incidentFilter } from '../search/incident-filter.ts';
import { tagNames } from '../tags/tag.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { apiRoutes, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { editIncident } from './facts-store.ts';
import { SEVERITIES, STATES } from './incidents.ts';
import { IncidentJson, incidentJson } from './json.ts';
import { linksOf } from './links/store.ts';
import { listStamped } from './list.ts';
import { NumberParams } from './number-params.ts';
import { readIncidentJson } from './read-json.ts';
import { setState } from './state-store.ts';

const route = apiRoutes('incidents');

/** Incidents for programs. They are logged by `logging/api.ts`. */
export const incidentApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  // Programs ask for the same page again and again: steps are judged again where something changed.
  const steps = new KeptSteps(db, catalogue);

  app.get(
    '/incidents',
    route('viewer', 'incidents:read', {
      summary: 'Incidents, newest first',
      ...paged(IncidentJson, {
        state: Type.Optional(Type.Enum([...STATES])),
        provider: Type.Optional(Type.String({ maxLength: 60 })),
        address: Type.Optional(Type.String({ maxLength: 80 })),
        q: Type.Optional(Type.String({ maxLength: 200 })),
        tag: Type.Optional(Type.String({ maxLength: 200 })),
        field: Type.Optional(Type.String({ maxLength: 60 })),
        value: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      }),
    }),
    async (request) => {
      const { limit = 50, cursor, state, provider, address, q, tag, field, value } = request.query;
      if ((field === undefined) !== (value === undefined))
        throw new Problem('bad-request', 'A filter by field takes both, field and value.');
      const [after] = readCursor(cursor, 'incidents', ['number']) ?? [];
      const network = address ? networkFrom(address) : undefined;
      await steps.catchUp();
      const page = await listStamped(db, {
        limit,
        after,
        states: state ? [state] : undefined,
        provider,
        network,
        tags: tag ? tagNames(tag, 'tag').slice(0, 5) : undefined,
        field: field && value ? { key: field, value } : undefined,
        fits: q?.trim() ? (await incidentFilter(db, q, viewerOf(request), catalogue)).fits : undefined,
      });
      const now = new Date();
      const numbers = page.items.map((row) => row.number);
      const [stepOf, fields, links] = await Promise.all([
        steps.read(page.items, now),
        fieldValuesOf(db, numbers),
        linksOf(db, numbers),
      ]);
      return {
        items: page.items.map((row) =>
          incidentJson(row, {
            addresses: row.addresses,
            tags: row.tags,
            fields: fields.get(row.number) ?? [],
            links: links.get(row.number) ?? [],
            step: stepOf(row),
            now,
          }),
        ),
        next: page.next === null ? null : writeCursor('incidents', [page.next]),
      };
    },
  );

  app.get(
    '/incidents/:number',
    route('viewer', 'incidents:read', {
      summary: 'One incident',
      params: NumberParams,
      response: { 200: IncidentJson },
    }),
    (request) => readIncidentJson(app.desk, request.params.number),
  );

  app.patch(
    '/incidents/:number',
    route('operator', 'incidents:write', {
      summary: 'Change facts or state; a state needs a reason',
      params: NumberParams,
      body: Type.Object(
        {
          title: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
          severity: Type.Optional(Type.Enum([...SEVERITIES])),
          affected: Type.Optional(Type.String({ maxLength: 10_000 })),
          assigneeId: Type.Optional(orNull(SmallId)),
          nextAction: Type.Optional(Type.String({ maxLength: 500 })),
          nextActionDueAt: Type.Optional(orNull(Type.String({ format: 'date-time' }))),
          state: Type.Optional(Type.Enum([...STATES])),
          reason: Type.Optional(Type.String({ maxLength: 2000 })),
          fields: Type.Optional(
            Type.Record(
              Type.String({ pattern: '^[a-z0-9-]{1,60}$' }),
              Type.Union([Type.String({ maxLength: VALUE_MAX }), Type.Number(), Type.Boolean(), Type.Null()]),
              { maxProperties: 60, ...closed },
            ),
          ),
          version: Type.Optional(Version),
        },
        closed,
      ),
      response: { 200: IncidentJson },
    }),
    async (request) => {
      const { number } = request.params;
      const { state, reason, version, nextActionDueAt, fields = {}, ...facts } = request.body;
      const entered = Object.entries(fields).map(([key, value]) => [
        key,
        value === null ? '' : String(value),
      ]);
      const due =
        nextActionDueAt === undefined
          ? {}
          : { nextActionDueAt: nextActionDueAt === null ? null : new Date(nextActionDueAt) };
      await db.transaction().execute(async (trx) => {
        await editIncident(trx, actorOf(request), number, { ...facts, ...due }, version);
        await setFieldValues(
          trx,
          actorOf(request),
          number,
          Object.fromEntries(entered),
          (key) => `fields.${key}`,
        );
        if (state) await setState(trx, actorOf(request), number, { to: state, reason: reason ?? '' });
      });
      return readIncidentJson(app.desk, number);
    },
  );
};
