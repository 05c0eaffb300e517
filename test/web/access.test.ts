import t from 'tap';
import { createToken } from '../../src/accounts/store.ts';
import type { Role } from '../../src/database/tables.ts';
import { type Access, reaches } from '../../src/web/access.ts';
import { Browser, REFUSAL, signedIn, testDesk } from '../desk.ts';

type Route = { method: string; url: string; access: Access };

/** Every route that the app has, as it declares itself. */
async function routesOf(
  t: Parameters<typeof testDesk>[0],
): Promise<{ routes: Route[]; desk: Awaited<ReturnType<typeof testDesk>> }> {
  const desk = await testDesk(t);
  const routes = desk.app.declaredRoutes.flatMap(({ methods, url, access }) =>
    methods.map((method) => ({ method, url, access })),
  );
  return { routes: routes.filter((route) => route.method !== 'HEAD'), desk };
}

const fill = (url: string) =>
  url
    .replace(/(users|tokens|fields)\/:id/, '$1/9999')
    .replace('bulk/:id', 'bulk/9999')
    .replace(':tag', '9999')
    .replace(':secret', 'nobody-knows')
    .replace(/:(number|id|entry|position|delivery)/g, '1')
    .replace(':owner/:round/:language', 'outlook-com/first/en')
    .replace(':version', '1')
    .replace(':key', 'gmail')
    .replace('*', '203.0.113.7');

t.test('every route, for every role, with a session, a token and without', async (t) => {
  const { routes, desk } = await routesOf(t);
  t.ok(routes.length > 70, `${routes.length} routes are walked`);
  t.strictSame(
    routes
      .filter((route) => route.access === 'public')
      .map((route) => `${route.method} ${route.url}`)
      .sort(),
    [
      'GET /assets/*',
      // By its secret address alone, which a calendar program keeps.
      'GET /calendar/:secret.ics',
      'GET /healthz',
      'GET /set-up/:secret',
      'GET /shared/*',
      'GET /sign-in',
      'POST /set-up/:secret',
      'POST /sign-in',
      'POST /sign-out',
    ].sort(),
    'nothing else is open to everybody',
  );
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browsers = {
    viewer: await signedIn(desk, 'viewer'),
    operator: await signedIn(desk, 'operator'),
    admin: await signedIn(desk, 'admin'),
  };
  const tokens = {
    viewer: await createToken(desk.db, { name: 'r', scope: 'read', createdBy: null }),
    operator: await createToken(desk.db, { name: 'w', scope: 'write', createdBy: null }),
    admin: await createToken(desk.db, { name: 'a', scope: 'admin', createdBy: null }),
  };
  const wrong: string[] = [];
  const anonymous = new Browser(desk.app);
  await anonymous.get('/sign-in');
  for (const route of routes.filter((one) => one.access !== 'public')) {
    const url = fill(route.url);
    const isApi = url.startsWith('/api/');
    const call = (browser: Browser) =>
      route.method === 'GET' ? browser.get(url) : isApi ? null : browser.post(url);
    const nobody = isApi
      ? await desk.app.inject({ method: route.method as 'GET', url })
      : await call(anonymous);
    const turnedAway =
      nobody?.statusCode === 401 ||
      (nobody?.statusCode === 303 && String(nobody.headers.location).startsWith('/sign-in'));
    if (!turnedAway) wrong.push(`${route.method} ${url} lets nobody in: ${nobody?.statusCode}`);
    for (const role of ['viewer', 'operator', 'admin'] as Role[]) {
      const allowed = reaches(role, route.access as Role);
      const answers = [
        isApi
          ? await desk.app.inject({
              method: route.method as 'GET',
              url,
              headers: { authorization: `Bearer ${tokens[role as 'viewer'].secret}` },
            })
          : await call(browsers[role as 'viewer']),
      ];
      for (const answer of answers)
        if (answer && (answer.statusCode === 403) === allowed)
          wrong.push(`${route.method} ${url} as ${role}: ${answer.statusCode}, least role ${route.access}`);
    }
  }
  t.strictSame(wrong, []);
});

t.test('no page and no API call changes anything without its CSRF token', async (t) => {
  const { routes, desk } = await routesOf(t);
  const admin = await signedIn(desk, 'admin');
  admin.csrf = '';
  const cookie = [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  for (const route of routes.filter((one) => one.method !== 'GET')) {
    const answer = await desk.app.inject({
      method: route.method as 'POST',
      url: fill(route.url),
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: '',
    });
    t.ok([400, 403, 415].includes(answer.statusCode), `${route.method} ${route.url}: ${answer.statusCode}`);
  }
});

t.test('no GET writes', async (t) => {
  const { routes, desk } = await routesOf(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const admin = await signedIn(desk, 'admin');
  const tables = [
    'incidents',
    'timeline_entries',
    'messages',
    'letters',
    'tickets',
    'evidence',
    'addresses',
    'users',
    'api_tokens',
    'profile',
  ] as const;
  const snapshot = async () =>
    JSON.stringify(await Promise.all(tables.map((table) => desk.db.selectFrom(table).selectAll().execute())));
  const before = await snapshot();
  for (const route of routes.filter((one) => one.method === 'GET')) await admin.get(fill(route.url));
  t.equal(await snapshot(), before);
});
