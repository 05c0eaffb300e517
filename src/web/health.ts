import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { sql } from 'kysely';
import { PROBLEMS } from './problems.ts';

export const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  /** Whether the process serves and the database answers; no detail, since anybody may ask. */
  app.get('/healthz', { config: { access: 'public' } }, async (_request, reply) => {
    try {
      await sql`select 1`.execute(app.desk.db);
      return { status: 'ok' };
    } catch {
      return reply.code(503).send({ status: 'database-away' });
    }
  });

  /** Whether more requests should be sent here: no longer, from the moment that the process is told to stop. */
  app.get('/readyz', { config: { access: 'public' } }, async (_request, reply) => {
    if (app.ending.hasBegun) return reply.code(503).send({ status: 'stopping' });
    try {
      await sql`select 1`.execute(app.desk.db);
      return { status: 'ready' };
    } catch {
      return reply.code(503).send({ status: 'database-away' });
    }
  });

  app.get('/problems', { config: { access: 'viewer' } }, (_request, reply) =>
    reply.page('errors/list', {
      problems: Object.entries(PROBLEMS).map(([code, kind]) => ({ code, ...kind })),
    }),
  );
};
