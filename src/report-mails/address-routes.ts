import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { SmallId, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { listView } from './list-page.ts';
import { HERE } from './routes.ts';
import { addReportAddress, removeReportAddress } from './store.ts';

const Params = Type.Object({ id: SmallId });
const AddressForm = Type.Object({
  address: Type.String({ maxLength: 254, description: 'a mail address' }),
});

/** Addresses of nobody here that reports may go to: an administrator confirms them. */
export const reportAddressPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.post('/reports/addresses', { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { address } = readForm(AddressForm, request.body);
        await formOnce(db, request, { what: 'confirm a report address' }, async (trx) => {
          await addReportAddress(trx, actorOf(request), address);
        });
        return reply.done(HERE, 'Reports may go there.');
      },
      async (problem) => ({
        view: 'report-mails/list',
        data: await listView(app.desk, { typed: typedAgain(request.body)['address'] ?? '', problem }),
      }),
    ),
  );

  app.post(
    '/reports/addresses/:id/removal',
    { config: { access: 'admin' }, schema: { params: Params } },
    async (request, reply) => {
      const { id } = request.params;
      await formOnce(db, request, { what: `remove report address ${id}` }, async (trx) => {
        await removeReportAddress(trx, id, actorOf(request));
      });
      return reply.done(HERE, 'No report goes there any more.');
    },
  );
};
