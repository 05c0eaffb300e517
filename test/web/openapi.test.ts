import t from 'tap';
import { API } from '../../src/web/api.ts';
import { type TestDesk, testDesk } from '../desk.ts';

type Operation = {
  tags?: string[];
  summary?: string;
  requestBody?: object;
  responses: Record<string, unknown>;
};
type Description = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: object };
};

/** A route's URL as OpenAPI writes it. */
const templated = (url: string) => url.replace(/:(\w+)/g, '{$1}').replace('*', '{*}');

async function description(desk: TestDesk): Promise<Description> {
  return (await desk.api('GET', '/openapi.json')).body as unknown as Description;
}

t.test('the API describes every route of its own, and no page', async (t) => {
  const desk = await testDesk(t);
  const { openapi, components, paths } = await description(desk);
  t.equal(openapi, '3.1.0');
  t.strictSame(components.securitySchemes, { token: { type: 'http', scheme: 'bearer' } });
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
