import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { Problem } from '../problem.ts';
import { ABOUT_API, ANSWERED, FILE_TYPES, inputWords, neededFor, wordsFor } from './api-words.ts';
import { PROBLEM_SCHEMA } from './problems.ts';

export const API = '/api/v1';

const ABOUT = {
  openapi: '3.1.0',
  info: { title: 'Delist Desk', version: '1', description: ABOUT_API },
  components: {
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        description:
          'A token of Settings → API tokens. What stands beside it at a call: its least scope, and its part.',
      },
    },
  },
  security: [{ token: [] }],
} as const;

const PROBLEM_RESPONSE = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': { schema: PROBLEM_SCHEMA } },
};

const ONCE = {
  type: 'object',
  properties: {
    'Idempotency-Key': {
      type: 'string',
      pattern: '^[!-~]{1,200}$',
      description: 'repeated with the same key, the call has one effect',
    },
  },
};

/** What a route answers that declares nothing, since it is no JSON. */
function fileOf(url: string): object {
  const types = FILE_TYPES.find(([end]) => end.test(url))?.[1] ?? ['application/json'];
  const schema = { type: 'string', contentMediaType: types[0] };
  return {
    200: {
      description: 'The file, byte for byte',
      content: Object.fromEntries(
        types.map((type) => [type, { schema: type === 'application/json' ? {} : schema }]),
      ),
    },
  };
}

/** What any route takes and may answer stands beside what it declares itself. */
const described = (route: RouteOptions) => ({
  ...route.schema,
  description: wordsFor(route),
  security: [{ token: neededFor(route) }],
  ...(route.method === 'POST' ? { headers: ONCE } : {}),
  response: {
    ...((route.schema?.response as object | undefined) ?? fileOf(route.url)),
    default: PROBLEM_RESPONSE,
  },
});

type Described = { description?: string | undefined };
type Input = Described & { in?: string; name: string };
type Body = { content?: Record<string, { schema?: JsonSchema }> };
type JsonSchema = { properties?: Record<string, Described>; anyOf?: JsonSchema[] };
type Operation = { responses?: Record<string, Described>; parameters?: Input[]; requestBody?: Body };
type Paths = Record<string, Record<string, Operation>>;

/** What a JSON body takes, by its names; of one that may be left out, too. */
const membersOf = ({ properties, anyOf = [] }: JsonSchema): Record<string, Described> =>
  properties ?? Object.assign({}, ...anyOf.map(membersOf));

/** Says of each input what the route’s own schema does not; a path’s rest is called what it stands for. */
function inWords(call: string, { responses = {}, parameters = [], requestBody }: Operation): void {
  for (const [status, answer] of Object.entries(responses))
    if (answer.description === 'Default Response') answer.description = ANSWERED[status] ?? status;
  for (const parameter of parameters) {
    if (parameter.in === 'path' && parameter.name === '*') parameter.name = 'address';
    if (parameter.in === 'query') parameter.description ??= inputWords(call, parameter.name);
  }
  const body = requestBody?.content?.['application/json']?.schema ?? {};
  for (const [name, input] of Object.entries(membersOf(body))) input.description ??= inputWords(call, name);
}

function whole(paths: Paths): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([url, operations]) => {
      const path = url.replace('{*}', '{address}');
      for (const [method, operation] of Object.entries(operations))
        inWords(`${method.toUpperCase()} ${path.slice(API.length)}`, operation);
      return [path, operations];
    }),
  );
}

/** OpenAPI of these routes, read off a bare copy of them. */
async function describe(routes: RouteOptions[]): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger');
  const copy = Fastify({ exposeHeadRoutes: false });
  copy.setValidatorCompiler(() => () => true);
  copy.setSerializerCompiler(() => JSON.stringify);
  await copy.register(swagger, { openapi: ABOUT as never, hideUntagged: true });
  for (const route of routes)
    copy.route({ method: route.method, url: route.url, schema: described(route), handler: () => {} });
  await copy.ready();
  // Schemas that several calls share are apart here: each is said of its own call.
  const description = JSON.parse(JSON.stringify(copy.swagger())) as { paths?: Paths };
  await copy.close();
  return { ...description, paths: whole(description.paths ?? {}) };
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

const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/** Forms are of pages. A program that forgot to name its JSON is told so, and not that everything is missing. */
export function refuseForms(app: FastifyInstance): void {
  app.addHook('preParsing', async (request) => {
    if (request.url.startsWith(`${API}/`) && FORM.test(request.headers['content-type'] ?? ''))
      throw new Problem(
        'wrong-type',
        'Say what is sent: for JSON, the header is Content-Type: application/json.',
      );
  });
}
