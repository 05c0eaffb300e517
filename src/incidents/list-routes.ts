import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { viewerOf } from '../web/access.ts';
import { bulkView } from './bulk/page.ts';
import { ListQuery, listView } from './list-page.ts';

export const incidentListPages: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/incidents',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const [list, bulk] = await Promise.all([
        listView(app.desk, viewer, request.query),
        bulkView(app.desk.db, viewer, { told: request.query.bulk }),
      ]);
      return reply.page('incidents/list', { ...list, bulk });
    },
  );
};
