import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { PROBLEM_SCHEMA } from './problems.ts';

export const API = '/api/v1';

const ABOUT = {
  openapi: '3.1.0',
  info: {
    title: 'Delist Desk',
    version: '1',
    description: 'Errors are problem+json (RFC 9457). Every POST takes an Idempotency-Key.',
  },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  security: [{ token: [] }],
} as const;

const PROBLEM_RESPONSE = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': { schema: PROBLEM_SCHEMA } },
};

/** What any route may answer stands beside what it declares itself. */
const withProblems = (schema: RouteOptions['schema']) => ({
  ...schema,
  response: { ...(schema?.response as object | undefined), default: PROBLEM_RESPONSE },
});

/** OpenAPI of these routes, read off a bare copy of them. */
async function describe(routes: RouteOptions[]): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger');
  const copy = Fastify({ exposeHeadRoutes: false });
  copy.setValidatorCompiler(() => () => true);
  copy.setSerializerCompiler(() => JSON.stringify);
  await copy.register(swagger, { openapi: ABOUT as never, hideUntagged: true });
  for (const { method, url, schema } of routes)
    copy.route({ method, url, schema: withProblems(schema), handler: () => {} });
  await copy.ready();
  const description = copy.swagger();
  await copy.close();
  return description;
}

/** OpenAPI, generated from the routes' own schemas when it is first asked for. */
export function describeApi(app: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  let description: Promise<object> | undefined;
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(`${API}/`) && route.method !== 'HEAD') routes.push(route);
  });
  app.get(
    `${API}/openapi.json`,
    { config: { access: 'viewer', scope: 'any' }, schema: { hide: true } },
    () => {
      description ??= describe(routes);
      return description;
    },
  );
}
