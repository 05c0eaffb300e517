import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readSamples } from './read.ts';
import { samplesText } from './samples.ts';

/** Figures for Prometheus and what reads its format: for METRICS_TOKEN, which opens nothing else, and for administrators. */
export const metricsRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/metrics', { config: { access: 'admin', scope: 'health:read' } }, async (_request, reply) =>
    reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(samplesText(await readSamples(app.desk, app.requestsInFlight()))),
  );
};
