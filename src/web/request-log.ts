import type { FastifyInstance, FastifyRequest } from 'fastify';

const NUMBER = /^\d{1,15}$/;

/**
 * Where a request went: the pattern of its route with numbers filled in. Whatever else stands in a URL may name a
 * person or open something, and the log is read by more people than the desk is.
 */
export function loggedPath({
  routeOptions,
  params,
}: Pick<FastifyRequest, 'routeOptions' | 'params'>): string {
  const given = (params ?? {}) as Record<string, unknown>;
  return (routeOptions.url ?? '(none)').replace(/:(\w+)/g, (part, name: string) =>
    NUMBER.test(String(given[name] ?? '')) ? String(given[name]) : part,
  );
}

/** Asked for all the time, and telling of nothing when it goes well. */
const QUIET = /^\/(assets\/\*|healthz|readyz|metrics)$/;

/** One line for each request, when it was answered. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status, elapsedTime } = reply;
    const level = status >= 500 ? 'warn' : QUIET.test(request.routeOptions.url ?? '') ? 'debug' : 'info';
    const ms = Math.round(elapsedTime * 10) / 10;
    request.log[level]({ method: request.method, path: loggedPath(request), status, ms }, 'request');
    done();
  });
}
