import type { FastifyInstance } from 'fastify';
import { count, took } from './measure.ts';

/** Requests are counted by the pattern of their route, never by their URL. */
export function measureRequests(app: FastifyInstance): void {
  const state = { inFlight: 0 };
  app.decorate('requestsInFlight', () => state.inFlight);
  app.addHook('onRequest', (_request, reply, done) => {
    state.inFlight += 1;
    // Also where the other side went away in the middle.
    reply.raw.once('close', () => {
      state.inFlight -= 1;
    });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? '(none)';
    count('delist_desk_requests_total', { method: request.method, route, status: reply.statusCode });
    if (route !== '/events')
      took('delist_desk_request_duration_seconds', { route }, reply.elapsedTime / 1000);
    done();
  });
}

declare module 'fastify' {
  interface FastifyInstance {
    requestsInFlight: () => number;
  }
}
