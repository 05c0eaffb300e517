import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { SnapshotJson, snapshotJson } from '../evidence/json.ts';
import { standingSnapshots } from '../evidence/snapshots.ts';
import { asOf } from '../history/as-of.ts';
import { placeOf } from '../history/as-of-page.ts';
import { AsOfQuery, asOfJson, asOfProperties } from '../history/json.ts';
import { countIncidents, listIncidents } from '../incidents/list.ts';
import { orNull, Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { viewerOf } from '../web/access.ts';
import { apiRoutes, PageQuery, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { isTimeZone } from '../web/format.ts';
import { isDocumentation, networkText } from './address.ts';
import { readAddressCursor } from './cursor.ts';
import { type AddressListed, getAddress, listAddresses, networkFrom } from './store.ts';

const route = apiRoutes('addresses');

const AddressJson = Type.Object({
  address: Type.String(),
  hostname: Type.String(),
  label: Type.String(),
  purpose: Type.String(),
  inUseSince: orNull(Type.String()),
  jmrpSince: orNull(Type.String()),
  sndsSince: orNull(Type.String()),
  notes: Type.String(),
  checkEveryHours: orNull(Type.Integer()),
  documentation: Type.Boolean(),
  incidents: Type.Integer(),
  unfinished: Type.Integer(),
  updatedAt: Type.String(),
});
const addressJson = (row: Omit<AddressListed, 'last_opened_at'>) => ({
  address: networkText(row.network),
  hostname: row.hostname,
  label: row.label,
  purpose: row.purpose,
  inUseSince: row.in_use_since,
  jmrpSince: row.jmrp_since,
  sndsSince: row.snds_since,
  notes: row.notes,
  checkEveryHours: row.check_every_hours,
  documentation: isDocumentation(row.network),
  incidents: row.incidents,
  unfinished: row.unfinished,
  updatedAt: row.updated_at.toISOString(),
});

const NowJson = Type.Object({
  ...AddressJson.properties,
  history: Type.Array(
    Type.Object({
      number: Type.Integer(),
      provider: Type.String(),
      state: Type.String(),
      openedAt: Type.String(),
      mitigatedAt: orNull(Type.String()),
      round: Type.Integer(),
    }),
  ),
  next: orNull(Type.String()),
  evidence: Type.Array(SnapshotJson),
});
const ThenJson = Type.Object({ address: Type.String(), ...asOfProperties });

const HISTORY_LIMIT = Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 200 }));

export const addressApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/addresses',
    route('viewer', 'addresses:read', {
      summary: 'Our addresses, in numeric order',
      ...paged(AddressJson, { q: Type.Optional(Type.String({ maxLength: 100 })) }),
    }),
    async (request) => {
      const { limit = 50, cursor, q } = request.query;
      const page = await listAddresses(db, {
        limit,
        after: readAddressCursor(cursor),
        text: q,
      });
      return {
        items: page.items.map(addressJson),
        next: page.next ? writeCursor('addresses', [page.next]) : null,
      };
    },
  );

  app.get(
    '/addresses/*',
    route('viewer', 'addresses:read', {
      summary:
        'One address and a page of its incidents, newest first; with asOf, what was so and what was known on that day',
      params: Type.Object({ '*': Type.String({ maxLength: 80 }) }),
      querystring: Type.Object({ ...PageQuery, limit: HISTORY_LIMIT, ...AsOfQuery }),
      response: { 200: Type.Union([NowJson, ThenJson]) },
    }),
    async (request) => {
      const network = networkFrom(request.params['*']);
      const row = await getAddress(db, network.text);
      const { limit = 200, cursor, asOf: day, zone = viewerOf(request).timeZone } = request.query;
      if (day !== undefined) {
        if (!isTimeZone(zone)) throw invalid('zone', 'There is no such time zone.');
        const after = placeOf(cursor, day);
        const then = await asOf(app.desk, { network }, { day, zone, now: new Date(), after, limit });
        return { address: network.text, ...asOfJson(then) };
      }
      const [after] = readCursor(cursor, 'incidents', ['number']) ?? [];
      const [counts, page, evidence] = await Promise.all([
        countIncidents(db, network),
        listIncidents(db, { limit, network, after }),
        standingSnapshots(db, { networks: [network.text], domains: [] }),
      ]);
      return {
        ...addressJson({ ...row, ...counts }),
        history: page.items.map((one) => ({
          number: one.number,
          provider: one.provider,
          state: one.state,
          openedAt: one.opened_at.toISOString(),
          mitigatedAt: one.mitigated_at?.toISOString() ?? null,
          round: one.round,
        })),
        next: page.next === null ? null : writeCursor('incidents', [page.next]),
        evidence: evidence.map(snapshotJson),
      };
    },
  );
};
