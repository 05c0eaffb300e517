import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ReportAddressRow } from '../database/tables.ts';
import { closed, SmallId, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, NOTHING, wholeList } from '../web/api-route.ts';
import { apiOnce } from '../web/idempotency.ts';
import { addReportAddress, listReportAddresses, removeReportAddress } from './store.ts';

const route = apiRoutes('reports');

const AddressJson = Type.Object({
  id: Type.Integer(),
  address: Type.String({ description: 'a mail address' }),
  confirmedBy: Type.String(),
  confirmedAt: Type.String({ format: 'date-time' }),
});

const addressJson = (row: ReportAddressRow) => ({
  id: row.id,
  address: row.address,
  confirmedBy: row.confirmed_by_name,
  confirmedAt: row.confirmed_at.toISOString(),
});

/** Addresses of nobody here that reports may go to, for programs. */
export const reportAddressApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/report-addresses',
    route('viewer', 'reports:read', {
      summary: 'Addresses of nobody here that reports may be mailed to',
      response: { 200: wholeList(AddressJson) },
    }),
    async () => ({ items: (await listReportAddresses(db)).map(addressJson), next: null }),
  );

  app.post(
    '/report-addresses',
    route('admin', 'reports:write', {
      summary: 'Confirm an address that reports may be mailed to',
      body: Type.Object({ address: Type.String({ maxLength: 254 }) }, closed),
      response: { 201: AddressJson },
    }),
    async (request, reply) => {
      const added = await apiOnce(db, request, async (trx) =>
        addressJson(await addReportAddress(trx, actorOf(request), request.body.address)),
      );
      return reply.code(201).send(added);
    },
  );

  app.delete(
    '/report-addresses/:id',
    route('admin', 'reports:write', {
      summary: 'Remove an address: from now on no report goes there',
      params: Type.Object({ id: SmallId }),
      response: NOTHING,
    }),
    async (request, reply) => {
      const { id } = request.params;
      await db.transaction().execute((trx) => removeReportAddress(trx, id, actorOf(request)));
      return reply.code(204).send(null);
    },
  );
};
