import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { parseNetwork } from '../addresses/address.ts';
import { networksFrom } from '../addresses/store.ts';
import { parseReport } from '../bounces/parse-report.ts';
import { VALUE_MAX } from '../custom-fields/field.ts';
import { fieldValuesOf, setFieldValues } from '../custom-fields/store.ts';
import { Type, Version } from '../json-schema.ts';
import { CLOSED_STEP } from '../next-step/next-step.ts';
import { readStep, readSteps } from '../next-step/store.ts';
import { Problem } from '../problem.ts';
import { Reason } from '../providers/schema.ts';
import { incidentFilter } from '../search/incident-filter.ts';
import { tagsOf } from '../tags/store.ts';
import { tagNames } from '../tags/tag.ts';
import { readEntryCursor, writeEntryCursor } from '../timeline/cursor.ts';
import { summarise } from '../timeline/describe.ts';
import { ENTRY_GROUPS, type Entry, type EntryGroup } from '../timeline/entries.ts';
import { addNote, listEntries, type Order } from '../timeline/store.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { PageQuery, pageOf } from '../web/api.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { SEVERITIES, STATES } from './incidents.ts';
import { IncidentJson, incidentJson } from './json.ts';
import { listIncidents } from './list.ts';
import { familyOf } from './merge/store.ts';
import { NumberParams } from './number-params.ts';
import { addressesOf, editIncident, getIncident, linksOf, setState } from './store.ts';
import { blocksToLog, leftOut, readReport, takeReport } from './take-report.ts';

const closed = { additionalProperties: false };
const tags = ['incidents'];

export const EntryJson = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  occurredAt: Type.String({ format: 'date-time' }),
  recordedAt: Type.String({ format: 'date-time' }),
  actor: Type.String(),
  summary: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  corrects: Type.Union([Type.Integer(), Type.Null()]),
  /** Another than the one asked for: it was merged into that one. */
  incident: Type.Integer(),
});

export const entryJson = (entry: Entry) => ({
  id: entry.id,
  kind: entry.kind,
  occurredAt: entry.occurredAt.toISOString(),
  recordedAt: entry.recordedAt.toISOString(),
  actor: entry.actor,
  summary: summarise(entry),
  detail: entry.detail,
  corrects: entry.corrects,
  incident: entry.incidentNumber,
});

/** What was recognised, as `src/bounces` describes it. */
const ParsedJson = Type.Object({
  format: Type.String(),
  rejections: Type.Array(Type.Unknown()),
  notBlocks: Type.Array(Type.Unknown()),
  notes: Type.Array(Type.Unknown()),
});

/** The incident that was open for it, and how many blocks were left out since nobody knows their provider. */
const AppendedJson = Type.Object({
  appendedTo: Type.Optional(Type.Integer()),
  leftOut: Type.Optional(Type.Integer()),
});
const LoggedJson = Type.Object({
  ...IncidentJson.properties,
  alsoLogged: Type.Optional(Type.Array(Type.Integer())),
  ...AppendedJson.properties,
});
const { corrects: _corrects, incident: _incident, ...ofNotes } = EntryJson.properties;
const NoteJson = Type.Object(ofNotes);

export const incidentApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  async function shown(number: number): Promise<IncidentJson> {
    const row = await getIncident(db, number);
    const now = new Date();
    const [addresses, tagged, fields, links, { step }] = await Promise.all([
      addressesOf(db, [number]),
      tagsOf(db, [number]),
      fieldValuesOf(db, [number]),
      linksOf(db, number),
      readStep(db, row, catalogue, now),
    ]);
    return incidentJson(row, {
      addresses: addresses.get(number) ?? [],
      tags: tagged.get(number) ?? [],
      fields: fields.get(number) ?? [],
      links,
      step,
      now,
    });
  }

  app.post(
    '/parse',
    {
      config: { access: 'viewer', scope: 'incidents:read' },
      bodyLimit: MAX_REPORT_BYTES,
      schema: {
        tags,
        summary: 'What is recognised in a text; nothing is stored',
        body: Type.Object({ text: Type.String() }, closed),
        response: { 200: ParsedJson },
      },
    },
    async (request) => {
      const report = parseReport(request.body.text, {
        catalogue,
        now: new Date(),
        timeZone: viewerOf(request).timeZone,
      });
      return {
        format: report.format,
        rejections: report.rejections,
        notBlocks: report.notBlocks,
        notes: report.notes,
      };
    },
  );

  app.post(
    '/incidents',
    {
      config: { access: 'operator', scope: 'incidents:write' },
      bodyLimit: MAX_REPORT_BYTES,
      schema: {
        tags,
        summary: 'Log a block, or add it to the open incident of the same provider and address',
        body: Type.Object(
          {
            report: Type.String(),
            provider: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
            addresses: Type.Optional(Type.Array(Type.String({ maxLength: 80 }), { maxItems: 256 })),
            title: Type.Optional(Type.String({ maxLength: 300 })),
            note: Type.Optional(Type.String({ maxLength: 20_000 })),
            reason: Type.Optional(Reason),
            severity: Type.Optional(Type.Enum([...SEVERITIES])),
          },
          closed,
        ),
        response: { 200: AppendedJson, 201: LoggedJson },
      },
    },
    async (request, reply) => {
      const given = {
        ...request.body,
        raw: Buffer.from(request.body.report),
        source: 'api' as const,
        fileName: '',
      };
      const read = readReport(given.raw, catalogue, viewerOf(request).timeZone);
      const blocks = blocksToLog(read, given, catalogue);
      const taken = await apiOnce(db, request, (trx) => takeReport(trx, actorOf(request), given, blocks));
      const left = leftOut(read.blocks, given);
      const unknown = left > 0 ? { leftOut: left } : {};
      const [first, ...others] = taken.logged;
      const [appendedTo] = taken.appendedTo;
      const appended = appendedTo === undefined ? {} : { appendedTo };
      if (first === undefined) return reply.code(200).send({ ...appended, ...unknown });
      const more = others.length > 0 ? { alsoLogged: others } : {};
      return reply
        .code(201)
        .header('location', `/api/v1/incidents/${first}`)
        .send({ ...(await shown(first)), ...more, ...appended, ...unknown });
    },
  );

  app.get(
    '/incidents',
    {
      config: { access: 'viewer', scope: 'incidents:read' },
      schema: {
        tags,
        summary: 'Incidents, newest first',
        querystring: Type.Object({
          ...PageQuery,
          state: Type.Optional(Type.Enum([...STATES])),
          provider: Type.Optional(Type.String({ maxLength: 60 })),
          address: Type.Optional(Type.String({ maxLength: 80 })),
          q: Type.Optional(Type.String({ maxLength: 200 })),
          tag: Type.Optional(Type.String({ maxLength: 200 })),
          field: Type.Optional(Type.String({ maxLength: 60 })),
          value: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
        }),
        response: { 200: pageOf(IncidentJson) },
      },
    },
    async (request) => {
      const { limit = 50, cursor, state, provider, address, q, tag, field, value } = request.query;
      if ((field === undefined) !== (value === undefined))
        throw new Problem('bad-request', 'A filter by field takes both, field and value.');
      const [after] = readCursor(cursor, 'incidents', ['number']) ?? [];
      const network = address ? networksFrom('address', () => parseNetwork(address)) : undefined;
      const page = await listIncidents(db, {
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
      const [steps, fields] = await Promise.all([
        readSteps(db, page.items, catalogue, now),
        fieldValuesOf(db, numbers),
      ]);
      return {
        items: page.items.map((row) =>
          incidentJson(row, {
            addresses: row.addresses,
            tags: row.tags,
            fields: fields.get(row.number) ?? [],
            links: [],
            step: steps.get(row.number)?.step ?? CLOSED_STEP,
            now,
          }),
        ),
        next: page.next === null ? null : writeCursor('incidents', [page.next]),
      };
    },
  );

  app.get(
    '/incidents/:number',
    {
      config: { access: 'viewer', scope: 'incidents:read' },
      schema: { tags, summary: 'One incident', params: NumberParams, response: { 200: IncidentJson } },
    },
    (request) => shown(request.params.number),
  );

  app.patch(
    '/incidents/:number',
    {
      config: { access: 'operator', scope: 'incidents:write' },
      schema: {
        tags,
        summary: 'Change facts or state; a state needs a reason',
        params: NumberParams,
        body: Type.Object(
          {
            title: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
            severity: Type.Optional(Type.Enum([...SEVERITIES])),
            affected: Type.Optional(Type.String({ maxLength: 10_000 })),
            assigneeId: Type.Optional(
              Type.Union([Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), Type.Null()]),
            ),
            nextAction: Type.Optional(Type.String({ maxLength: 500 })),
            nextActionDueAt: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()])),
            state: Type.Optional(Type.Enum([...STATES])),
            reason: Type.Optional(Type.String({ maxLength: 2000 })),
            fields: Type.Optional(
              Type.Record(
                Type.String({ pattern: '^[a-z0-9-]{1,60}$' }),
                Type.Union([
                  Type.String({ maxLength: VALUE_MAX }),
                  Type.Number(),
                  Type.Boolean(),
                  Type.Null(),
                ]),
                { maxProperties: 60, ...closed },
              ),
            ),
            version: Type.Optional(Version),
          },
          closed,
        ),
        response: { 200: IncidentJson },
      },
    },
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
      return shown(number);
    },
  );

  app.get(
    '/incidents/:number/timeline',
    {
      config: { access: 'viewer', scope: 'incidents:read' },
      schema: {
        tags: ['timeline'],
        summary: 'What happened, oldest first unless asked otherwise',
        params: NumberParams,
        querystring: Type.Object({
          ...PageQuery,
          order: Type.Optional(Type.Enum(['oldest', 'newest'])),
          group: Type.Optional(Type.Enum(Object.keys(ENTRY_GROUPS))),
        }),
        response: { 200: pageOf(EntryJson) },
      },
    },
    async (request) => {
      const { limit = 50, cursor, order = 'oldest', group } = request.query;
      await getIncident(db, request.params.number);
      const page = await listEntries(db, await familyOf(db, request.params.number), {
        order: order as Order,
        limit,
        ...(group ? { kinds: ENTRY_GROUPS[group as EntryGroup] } : {}),
        after: readEntryCursor(cursor, request.params.number, order as Order),
      });
      return {
        items: page.entries.map(entryJson),
        next: page.next && writeEntryCursor(page.next, request.params.number, order as Order),
      };
    },
  );

  app.post(
    '/incidents/:number/notes',
    {
      config: { access: 'operator', scope: 'incidents:write' },
      schema: {
        tags: ['timeline'],
        summary: 'Add a note',
        params: NumberParams,
        body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 20_000 }) }, closed),
        response: { 201: NoteJson },
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      const note = await apiOnce(db, request, async (trx) => {
        const id = await addNote(trx, actorOf(request), number, request.body.text);
        const row = await trx
          .selectFrom('timeline_entries')
          .select(['id', 'kind', 'occurred_at', 'recorded_at', 'actor_name', 'detail'])
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        return {
          id: row.id,
          kind: row.kind,
          occurredAt: row.occurred_at.toISOString(),
          recordedAt: row.recorded_at.toISOString(),
          actor: row.actor_name,
          summary: `Note: ${request.body.text.slice(0, 200)}`,
          detail: row.detail,
        };
      });
      return reply.code(201).send(note);
    },
  );
};
