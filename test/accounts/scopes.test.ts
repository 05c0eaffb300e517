import t from 'tap';
import { createToken } from '../../src/accounts/token-store.ts';
import { buildApp } from '../../src/app.ts';
import type { Scope } from '../../src/database/tables.ts';
import { type DeclaredRoute, ROLE_OF_SCOPE } from '../../src/web/access.ts';
import { type ApiScope, checkScopes, SCOPES } from '../../src/web/scopes.ts';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

const BATCH = { schema: 1, key: 'a-batch-of-the-agent', agent: 'mx1', rows: [] };

const ORDER: Scope[] = ['read', 'write', 'admin'];
const isLimited = ({ scope }: DeclaredRoute) => scope !== undefined && scope !== 'any';

/** The least scope of a token for each that routes declare, in the order of the alphabet. */
const declaredBy = (routes: DeclaredRoute[]) =>
  Object.entries(Object.groupBy(routes.filter(isLimited), ({ scope }) => String(scope)))
    .map(([scope, all = []]) => ({
      scope,
      least: ORDER.find((held) => all.some(({ access }) => access === ROLE_OF_SCOPE[held])),
    }))
    .sort((one, other) => one.scope.localeCompare(other.scope));

t.test('each API route × each scope: a limited token does what it names, and nothing else', async (t) => {
  const { app, db } = await testDesk(t);
  const routes = app.declaredRoutes
    .filter(({ url }) => url.startsWith('/api/'))
    .flatMap(({ methods, ...route }) => methods.map((method) => ({ ...route, method })))
    .filter(({ method }) => method !== 'HEAD');
  t.ok(routes.length > 100, `${routes.length} routes`);
  t.strictSame(
    SCOPES.toSorted((one, other) => one.scope.localeCompare(other.scope)),
    declaredBy(app.declaredRoutes),
    'offered are those that a route needs, to whoever can use one of its routes',
  );
  const scopes = SCOPES.map(({ scope }) => scope);
  const tokenWith = async (held: ApiScope[]) =>
    (await createToken(db, { name: 'x', scope: 'admin', scopes: held, createdBy: null })).secret;
  const wrong: string[] = [];
  for (const scope of scopes) {
    const alone = await tokenWith([scope]);
    const allOthers = await tokenWith(scopes.filter((one) => one !== scope));
    for (const { method, url } of routes.filter((route) => route.scope === scope)) {
      const call = (secret: string) =>
        app.inject({
          method: method as 'GET',
          url: url.replace('*', '203.0.113.7').replace(/:\w+/g, '9999'),
          headers: { authorization: `Bearer ${secret}` },
        });
      const allowed = await call(alone);
      if (allowed.statusCode === 403) wrong.push(`${method} ${url} with ${scope}: ${allowed.statusCode}`);
      const refused = await call(allOthers);
      if (refused.statusCode !== 403 || refused.json().missingScope !== scope)
        wrong.push(`${method} ${url} without ${scope}: ${refused.statusCode}`);
    }
  }
  t.strictSame(wrong, []);
  const walked = routes.filter(({ scope }) => scope !== 'any');
  t.equal(routes.length - walked.length, 1, 'only the description of the API is for every token');
});

t.test('a token that is limited names what it lacks; one from before keeps all its rights', async (t) => {
  const { app, db } = await testDesk(t);
  const agent = await createToken(db, {
    name: 'agent',
    scope: 'write',
    scopes: ['observations:write'],
    createdBy: null,
  });
  const before = await createToken(db, { name: 'before', scope: 'write', createdBy: null });
  const call = (secret: string, method: string, url: string, payload?: object) =>
    app.inject({
      method: method as 'POST',
      url: `/api/v1${url}`,
      headers: { authorization: `Bearer ${secret}` },
      ...(payload ? { payload } : {}),
    });
  const counted = await call(agent.secret, 'POST', '/observations', BATCH);
  t.not(counted.statusCode, 403, 'the log agent needs no more than observations:write');
  const refused = await call(agent.secret, 'POST', '/incidents', { report: REFUSAL });
  t.equal(refused.statusCode, 403);
  t.match(refused.headers['content-type'], 'application/problem+json');
  t.match(refused.json(), { detail: /the scope incidents:write/, missingScope: 'incidents:write' });
  t.equal((await call(before.secret, 'POST', '/incidents', { report: REFUSAL })).statusCode, 201);
});

t.test('a scope never gives more than the role', async (t) => {
  const { app, db } = await testDesk(t);
  const reader = await createToken(db, {
    name: 'reader',
    scope: 'read',
    scopes: ['incidents:write'],
    createdBy: null,
  });
  const refused = await app.inject({
    method: 'POST',
    url: '/api/v1/incidents',
    headers: { authorization: `Bearer ${reader.secret}` },
    payload: { report: REFUSAL },
  });
  t.equal(refused.statusCode, 403);
  t.match(refused.json().detail, /the role operator/);
});

t.test('scopes are chosen with the token, shown beside it, and unknown ones refused', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const form = await admin.get('/settings/tokens');
  t.match(form.body, 'name="only" value="observations:write"');
  const made = await admin.post('/settings/tokens', {
    name: 'agent',
    scope: 'write',
    only: 'observations:write',
  });
  t.equal(made.statusCode, 200);
  t.match(made.body, 'only observations:write');
  const wrong = await admin.post('/settings/tokens', { name: 'x', scope: 'write', only: 'everything' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, 'There is no scope everything');
});

t.test('a token is not made with what its scope cannot use, and that is said', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const words = 'A token of the scope write cannot use templates:write: that takes admin.';
  const refused = await admin.post('/settings/tokens', {
    name: 'x',
    scope: 'write',
    only: 'templates:write',
  });
  t.match(refused, { statusCode: 422, body: words });
  t.notMatch(refused.body, 'value="templates:write" checked', 'what cannot be is not offered again');
  t.equal((await desk.db.selectFrom('api_tokens').select('id').execute()).length, 0);
  t.throws(() => checkScopes(['letters:write'], 'read'), { message: /that takes write/ });
  t.throws(() => checkScopes(['reports:none'], 'admin'), { message: /There is no scope/ });
  t.strictSame(checkScopes(['tags:read', 'templates:write'], 'admin'), ['templates:write', 'tags:read']);
  const form = (await admin.get('/settings/tokens')).body;
  t.match(form, /data-least="admin"><input type="checkbox" name="only" value="templates:write"/);
});

t.test('an API route that forgot its scope stops the start', async (t) => {
  const { desk } = await testDesk(t);
  const app = await buildApp(desk);
  t.teardown(() => app.close());
  t.throws(
    () => app.get('/api/v1/forgotten', { config: { access: 'viewer' } }, () => ({})),
    /GET \/api\/v1\/forgotten does not declare its scope/,
  );
});
