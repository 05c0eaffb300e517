import type { FastifyInstance } from 'fastify';
import { notFound } from '../problem.ts';
import { ASSETS_FOLDER } from './pages.ts';

const YEAR_MS = 365 * 86_400_000;

/** Style sheets and scripts. Their URLs change with their content, so browsers keep them for a year. */
export function serveAssets(app: FastifyInstance): void {
  app.get('/assets/*', { config: { access: 'public' } }, async (request, reply) => {
    const { default: send } = await import('@fastify/send');
    const { '*': path } = request.params as { '*': string };
    const sent = await send(request.raw, `/${encodeURI(path)}`, {
      root: ASSETS_FOLDER,
      immutable: true,
      maxAge: YEAR_MS,
      index: false,
    });
    if (sent.type !== 'file') throw notFound('such file');
    return reply.code(sent.statusCode).headers(sent.headers).send(sent.stream);
  });
}
