import t from 'tap';
import { API } from '../../src/web/api.ts';
import inputs from '../../src/web/input-words.json' with { type: 'json' };
import { PROBLEMS } from '../../src/web/problems.ts';
import { BOOTSTRAP, type TestDesk, testDesk } from '../desk.ts';

type Input = { name: string; in: string; required?: boolean; description?: string; schema: object };
type Body = { content: Record<string, { schema: { properties?: Record<string, Partial<Input>> } }> };
type Operation = {
  tags?: string[];
  summary?: string;
  description?: string;
  security?: { token: string[] }[];
  parameters?: Input[];
  requestBody?: Body;
  responses: Record<string, { description: string }>;
};
type Description = {
  openapi: string;
  info: { description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: object };
};

/** A route's URL as OpenAPI writes it. */
const templated = (url: string) => url.replace(/:(\w+)/g, '{$1}').replace('*', '{address}');

async function description(desk: TestDesk): Promise<Description> {
  return (await desk.api('GET', '/openapi.json')).body as unknown as Description;
}

t.test('the API describes every route of its own, and no page', async (t) => {
  const desk = await testDesk(t);
  const { openapi, components, paths } = await description(desk);
  t.equal(openapi, '3.1.0');
  t.match(components.securitySchemes, { token: { type: 'http', scheme: 'bearer' } });
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const declared = desk.app.declaredRoutes
    .filter(({ url }) => url.startsWith(`${API}/`) && url !== `${API}/openapi.json`)
    .flatMap(({ methods, url }) => methods.map((method) => `${method} ${templated(url)}`))
    .filter((route) => !route.startsWith('HEAD '));
  t.ok(declared.length > 20, `${declared.length} routes`);
  t.strictSame(described.toSorted(), declared.toSorted());
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      t.ok(operation.summary, `${method} ${path} says what it does`);
      t.ok(operation.tags?.length, `${method} ${path} has its place`);
      t.ok(operation.responses['default'], `${method} ${path} names the problem`);
    }
  t.match(paths[`${API}/incidents/{number}/timeline`]?.['get'], {
    parameters: [{ name: 'limit' }, { name: 'cursor' }, { name: 'order' }, { name: 'group' }],
  });
});

t.test('asked for twice at once, it is the same', async (t) => {
  const desk = await testDesk(t);
  const [one, other] = await Promise.all([description(desk), description(desk)]);
  t.strictSame(one, other);
});

const operationsOf = ({ paths }: Description) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      call: `${method.toUpperCase()} ${path.slice(API.length)}`,
      path,
      operation,
    })),
  );

t.test('each call says what it needs, takes and answers', async (t) => {
  const desk = await testDesk(t);
  const described = await description(desk);
  const used = new Set<string>();
  for (const { call, path, operation } of operationsOf(described)) {
    const { description: words = '', security = [], parameters = [], requestBody, responses } = operation;
    const [least = '', part = ''] = security[0]?.token ?? [];
    t.match(least, /^(?:read|write|admin)$/, call);
    t.match(words, `Needs the scope ${least}; of a limited token, ${part}.`, call);
    t.ok(
      Object.keys(responses).some((status) => /^2\d\d$/.test(status)),
      `${call} says what it answers`,
    );
    for (const { description: said } of Object.values(responses)) t.not(said, 'Default Response', call);
    t.equal(
      parameters.some(({ name }) => name === 'Idempotency-Key'),
      call.startsWith('POST '),
      `${call} takes a key`,
    );
    for (const { name } of parameters.filter((one) => one.in === 'path'))
      t.ok(path.includes(`{${name}}`), `${call}: ${name}`);
    const members = requestBody?.content['application/json']?.schema.properties ?? {};
    for (const { name, description: said } of [
      ...parameters.filter((one) => one.in === 'query'),
      ...Object.entries(members).map(([name, one]) => ({ ...one, name })),
    ]) {
      t.ok(said, `${call} says what ${name} is`);
      used.add(`${call.replace(/(?<=^GET \/reports\/)[a-z-]+$/, '{report}')} ${name}`);
    }
  }
  for (const [call, names] of Object.entries(inputs as Record<string, Record<string, string>>).filter(
    ([key]) => key !== '*' && key !== 'POST /incidents/{number}/letters',
  ))
    for (const name of Object.keys(names)) t.ok(used.has(`${call} ${name}`), `${call} has ${name}`);
});

t.test('what holds for every call stands at its beginning', async (t) => {
  const { info } = await description(await testDesk(t));
  for (const [name, { status, title }] of Object.entries(PROBLEMS))
    t.match(info.description, `| \`${name}\` | ${status} | ${title} |`);
  for (const words of ['Authorization: Bearer', '?cursor=', 'Idempotency-Key', 'Retry-After', '1 MB'])
    t.ok(info.description.includes(words), words);
});

t.test('a program that sends something wrong is told what', async (t) => {
  const { api, app } = await testDesk(t);
  const detail = async (body: object) => (await api('POST', '/incidents', body)).body.detail as string;
  t.equal(await detail({ note: 'x' }), 'In the body: report is missing.');
  t.equal(await detail([]), 'In the body: it must be an object.');
  t.equal(await detail({ report: 1 }), 'In the body: report must be a text.');
  t.equal((await api('GET', '/incidents?limit=0')).body.detail, 'In the query: limit must be at least 1.');
  t.equal(
    await detail({ report: 'x', severity: 'huge' }),
    'In the body: severity must be one of: low, normal, high, critical.',
  );
  t.match(
    (await api('GET', '/incidents?state=lost')).body.detail,
    /state must be one of: open, action-needed/,
  );
  const message = { direction: 'in', body: 'Hello', sentAt: 'yesterday' };
  t.match(
    (await api('POST', '/incidents/1/messages', message)).body.detail,
    'sentAt must be a time with its zone, such as 2026-03-11T06:03:00Z',
  );
  t.match((await api('POST', '/incidents/1/notes', { text: '' })).body.detail, 'text must not be empty');
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const sent = await app.inject({
      method: 'POST',
      url: `${API}/incidents`,
      headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': type },
      payload: '{"report":"550"}',
    });
    t.equal(sent.statusCode, 415, type);
    t.match(sent.json().detail, 'Content-Type: application/json');
  }
});
