import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import type { Db } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import { orNull, Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { viewerOf } from '../web/access.ts';
import { apiRoutes, paged } from '../web/api-route.ts';
import { csvLine } from '../web/csv.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { linkTo } from '../web/links.ts';
import { areaChoices, CSV_HEAD, entryCells, entryJson, shownEntry } from './page.ts';
import { AuditQuery, auditFilter } from './query.ts';
import { type AuditFilter, eachAudit, listAudit, type Place, peopleInLog } from './store.ts';

const route = apiRoutes('audit');

const LIST = 'audit';
const PER_PAGE = 50;

const placeIn = (cursor: string | undefined): Place | undefined => {
  const held = readCursor(cursor, LIST, ['time', 'id']);
  return held && { at: held[0], id: held[1] };
};

/** One page of entries and where the next begins. */
async function pageOfLog(db: Db, filter: AuditFilter, limit: number, cursor: string | undefined) {
  const found = await listAudit(db, filter, { limit: limit + 1, before: placeIn(cursor) });
  return cutPage(found, limit, ({ at, id }) => writeCursor(LIST, [at, id]));
}

async function* csvOf(db: Db, filter: AuditFilter) {
  yield `${csvLine(CSV_HEAD)}\r\n`;
  for await (const entry of eachAudit(db, filter)) yield `${csvLine(entryCells(entry))}\r\n`;
}

async function* linesOf(db: Db, filter: AuditFilter) {
  for await (const entry of eachAudit(db, filter)) yield `${JSON.stringify(entryJson(entry))}\n`;
}

const FILES = {
  csv: { type: 'text/csv; charset=utf-8', rows: csvOf },
  jsonl: { type: 'application/x-ndjson', rows: linesOf },
} as const;

const sendFile = (reply: FastifyReply, db: Db, filter: AuditFilter, kind: keyof typeof FILES) =>
  reply
    .header('content-disposition', `attachment; filename="audit.${kind}"`)
    .type(FILES[kind].type)
    .send(Readable.from(FILES[kind].rows(db, filter)));

const ListQuery = Type.Object({
  ...AuditQuery,
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
const FileQuery = Type.Object(AuditQuery);

const FILTERS = ['person', 'kind', 'from', 'until'];

/** The parts of the filter that are set, for links. */
const keptOf = (query: Record<string, string | undefined>) =>
  new URLSearchParams(
    FILTERS.flatMap((name): [string, string][] => (query[name] ? [[name, query[name]]] : [])),
  );

export const auditPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/settings/audit',
    { config: { access: 'admin' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const { query } = request;
      const kept = keptOf(query);
      const problem = { message: '', fields: {} as Record<string, string> };
      let page: Awaited<ReturnType<typeof pageOfLog>> = { items: [], next: null };
      try {
        const filter = auditFilter(query, viewerOf(request).timeZone);
        page = await pageOfLog(db, filter, PER_PAGE, query.cursor);
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
        problem.message = error.message;
        problem.fields = error.fields;
      }
      const next = new URLSearchParams(kept);
      if (page.next) next.set('cursor', page.next);
      const people = await peopleInLog(db);
      return reply.page(
        'settings/audit',
        {
          entries: page.items.map(shownEntry),
          next: page.next ? linkTo('/settings/audit', next) : '',
          csv: linkTo('/settings/audit.csv', kept),
          jsonl: linkTo('/settings/audit.jsonl', kept),
          people: people.map(({ id, name }) => ({ key: String(id), words: name })),
          areas: areaChoices(),
          values: {
            person: query.person ?? '',
            kind: query.kind ?? '',
            from: query.from ?? '',
            until: query.until ?? '',
          },
          isFiltered: kept.size > 0,
          isLater: query.cursor !== undefined,
          errors: problem.fields,
          problem: problem.message,
        },
        problem.message ? 422 : 200,
      );
    },
  );

  for (const kind of ['csv', 'jsonl'] as const)
    app.get(
      `/settings/audit.${kind}`,
      { config: { access: 'admin' }, schema: { querystring: FileQuery } },
      async (request, reply) => {
        const filter = auditFilter(request.query, viewerOf(request).timeZone);
        return sendFile(reply, db, filter, kind);
      },
    );
};

const EntryJson = Type.Object({
  id: Type.Integer(),
  at: Type.String(),
  kind: Type.String(),
  by: Type.Object({
    userId: orNull(Type.Integer()),
    tokenId: orNull(Type.Integer()),
    name: Type.String(),
  }),
  from: orNull(Type.String()),
  subject: Type.String(),
  words: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
});

export const auditApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/audit',
    route('admin', 'audit:read', {
      summary: 'What was done to accounts, roles, settings and secrets, newest first; days are UTC',
      ...paged(EntryJson, { ...AuditQuery }),
    }),
    async (request) => {
      const { limit = 50, cursor } = request.query;
      const page = await pageOfLog(db, auditFilter(request.query, 'UTC'), limit, cursor);
      return { items: page.items.map(entryJson), next: page.next };
    },
  );

  for (const kind of ['csv', 'jsonl'] as const)
    app.get(
      `/audit.${kind}`,
      route('admin', 'audit:read', {
        summary: kind === 'csv' ? 'The audit log as CSV' : 'The audit log as JSON Lines',
        querystring: FileQuery,
      }),
      async (request, reply) => sendFile(reply, db, auditFilter(request.query, 'UTC'), kind),
    );
};
