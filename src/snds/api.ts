import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { networkText, parseNetwork } from '../addresses/address.ts';
import { networkFrom } from '../addresses/store.ts';
import { closed, orNull, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, paged } from '../web/api-route.ts';
import { badCursor, readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { takeOctets } from '../web/octets.ts';
import { listDays } from './store.ts';
import { readGiven, takeReport } from './take-report.ts';

const route = apiRoutes('snds');
const Maybe = (type: ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>) => orNull(type);
const Text = Type.Object({ text: Type.String({ minLength: 1 }) }, closed);
const ImportJson = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  rows: Type.Integer(),
  firstDay: Maybe(Type.String()),
  lastDay: Maybe(Type.String()),
  replaced: Type.Integer(),
  repeated: Type.Boolean(),
});
const DayJson = Type.Object({
  address: Type.String(),
  day: Type.String(),
  filter: Maybe(Type.String()),
  complaintRate: Type.String(),
  complaintLow: orNull(Type.Number()),
  complaintHigh: orNull(Type.Number()),
  rcpt: Maybe(Type.Integer()),
  data: Maybe(Type.Integer()),
  recipients: Maybe(Type.Integer()),
  trapHits: Maybe(Type.Integer()),
  activity: Type.String(),
  comments: Type.String(),
});

const LIST = 'snds-days';

/** Where the page before ended: a day and an address. */
function readPlace(cursor: string | undefined) {
  const held = readCursor(cursor, LIST, ['text', 'text']);
  if (!held) return undefined;
  const [day, network] = held;
  try {
    if (!/^(?:19|2\d)\d{2}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) throw badCursor();
    return { day, network: parseNetwork(networkText(network)).cidr };
  } catch {
    throw badCursor();
  }
}

export const sndsApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  takeOctets(app, ['text/csv'], MAX_REPORT_BYTES);

  app.post(
    '/snds/imports',
    {
      ...route('operator', 'feeds:write', {
        summary: 'Import a data or status report of SNDS: a text/csv body, or JSON with its text',
        body: { content: { 'application/json': { schema: Text }, 'text/csv': { schema: {} } } },
        response: { 200: ImportJson, 201: ImportJson },
      }),
      bodyLimit: MAX_REPORT_BYTES,
    },
    async (request, reply) => {
      const body = request.body as Buffer | { text: string };
      const raw = Buffer.isBuffer(body) ? body : Buffer.from(body.text);
      const report = await readGiven(raw, Buffer.isBuffer(body) ? 'body' : 'text');
      const taken = await apiOnce(
        db,
        request,
        (trx) =>
          takeReport(trx, report, {
            raw,
            fileName: '',
            source: 'api',
            byName: actorOf(request).name,
          }),
        { input: raw },
      );
      return reply.code(taken.repeated ? 200 : 201).send(taken as never);
    },
  );

  app.get(
    '/snds/days',
    route('viewer', 'feeds:read', {
      summary: 'What SNDS said of each address and day, newest first',
      ...paged(DayJson, { address: Type.Optional(Type.String({ maxLength: 80 })) }),
    }),
    async (request) => {
      const { limit = 50, cursor, address } = request.query;
      const network = address ? networkFrom(address) : undefined;
      const page = await listDays(db, { limit, cidr: network?.cidr, after: readPlace(cursor) });
      return {
        items: page.items.map((row) => ({
          address: networkText(row.network),
          day: row.day,
          filter: row.filter,
          complaintRate: row.complaintText,
          complaintLow: row.complaints.low,
          complaintHigh: row.complaints.high,
          rcpt: row.rcpt,
          data: row.data,
          recipients: row.recipients,
          trapHits: row.trapHits,
          activity: row.activity,
          comments: row.comments,
        })),
        next: page.next && writeCursor(LIST, [page.next.day, page.next.network]),
      };
    },
  );
};
