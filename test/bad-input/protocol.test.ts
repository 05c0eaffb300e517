import t from 'tap';
import { BOOTSTRAP, REFUSAL, signedIn } from '../desk.ts';
import {
  cookiesOf,
  deskWithDraft,
  noInsides,
  nothingWritten,
  refusedJson,
  rowsWritten,
} from './bad-input.fixture.ts';

type Desk = Awaited<ReturnType<typeof deskWithDraft>>;

async function raw(desk: Desk, url: string, payload: string, type = 'application/json') {
  const answer = await desk.app.inject({
    method: 'POST',
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': type },
    payload,
  });
  return { status: answer.statusCode, body: answer.json() as unknown, headers: answer.headers };
}

// Mass assignment: IRIS CVE-2026-22783; FreeScout CVE-2026-40569.
t.test('fields that a body may not set are refused over the API', async (t) => {
  const desk = await deskWithDraft(t);
  const bodies: [string, string, object][] = [
    ['POST', '/incidents', { report: REFUSAL }],
    ['PATCH', '/incidents/1', { title: 'T' }],
    ['POST', '/incidents/1/notes', { text: 'n' }],
    ['POST', '/incidents/1/messages', { direction: 'in', body: 'm' }],
    ['POST', '/incidents/1/tickets', { reference: 'r', channel: 'form' }],
    ['POST', '/incidents/1/letters', {}],
    ['POST', '/incidents/1/evidence', { claim: 'fcrdns-ok', result: 'supports', words: 'w', source: 's' }],
    ['PATCH', `/letters/${desk.letter}`, { subject: 's' }],
    ['POST', `/letters/${desk.letter}/send`, { channel: 'form' }],
  ];
  for (const [method, path, body] of bodies)
    for (const extra of ['id', 'number', 'created_at', 'role', 'round', 'verdict', 'actor', 'sha256']) {
      const what = `${method} ${path} with ${extra}`;
      const answer = await nothingWritten(t, desk.db, what, () =>
        desk.api(method, path, { ...body, [extra]: 1 }),
      );
      refusedJson(t, answer, { status: 422, says: new RegExp(extra), what });
    }
});

t.test('fields that a form may not set have no effect', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk, 'viewer');
  await browser.get('/settings/account');
  const more = { id: '1', role: 'admin', disabled: 'no', email: 'x@example.com', password_hash: 'x' };
  await browser.post('/settings/account', {
    name: 'Still a viewer',
    timeZone: 'UTC',
    theme: 'dark',
    ...more,
  });
  t.match(await desk.db.selectFrom('users').selectAll().execute(), [
    { name: 'Still a viewer', role: 'viewer' },
  ]);
  const operator = await signedIn(desk);
  await operator.get('/incidents/1');
  const before = await desk.db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow();
  await operator.post('/incidents/1/edit', {
    title: 'New title',
    severity: 'normal',
    version: String(before.version),
    number: '77',
    state: 'closed',
    opened_at: '2001-01-01',
    provider: 'gmail',
  });
  t.match(await desk.db.selectFrom('incidents').selectAll().execute(), [
    {
      number: 1,
      title: 'New title',
      state: before.state,
      provider: before.provider,
      opened_at: before.opened_at,
    },
  ]);
});

t.test('JSON of the wrong kind is a problem and changes nothing', async (t) => {
  const desk = await deskWithDraft(t);
  const deep = `${'{"report":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '1',
    '{"report":1}',
    '{"report":null}',
    '{"report":["a"]}',
    '{"report":{"toString":"x"}}',
    '{"__proto__":{"report":"x"}}',
    '{"report":"x","__proto__":{"role":"admin"}}',
    '{"report":"x","constructor":{"prototype":{"role":"admin"}}}',
    '{"report":"x","addresses":"203.0.113.7"}',
    '{"report":"x","severity":"worst"}',
    deep,
    `${'['.repeat(100_000)}`,
    '\0',
  ];
  for (const body of bodies) {
    const what = JSON.stringify(body).slice(0, 60);
    const answer = await nothingWritten(t, desk.db, what, () => raw(desk, '/incidents', body));
    t.ok([400, 422].includes(answer.status), `${what}: ${answer.status}`);
    t.match(answer.headers['content-type'], 'application/problem+json', what);
    noInsides(t, JSON.stringify(answer.body), what);
  }
  t.equal(({} as Record<string, unknown>)['role'], undefined);
});

// Fastify CVE-2026-25223, CVE-2026-3419.
t.test('another content type is refused with what is taken', async (t) => {
  const desk = await deskWithDraft(t);
  for (const type of [
    'text/plain',
    'text/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'x',
    'application/json\ta',
  ]) {
    const answer = await nothingWritten(t, desk.db, type, () =>
      raw(desk, '/incidents/1/notes', '{"text":1}', type),
    );
    t.ok([400, 406, 415, 422].includes(answer.status), `${type}: ${answer.status}`);
    t.match(answer.headers['content-type'], 'application/problem+json', type);
  }
});

const queryNames = (schema: unknown) =>
  Object.keys((schema as { properties?: object } | undefined)?.properties ?? {});

/** Quotes of SQL, the end of a statement, what LIKE takes for anything, and NUL. */
const TEXT = encodeURIComponent(`'"\\;drop table users--%_\0`);

t.test('odd query parameters, cursors and addresses are no crash', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk, 'admin');
  const cursor = (values: unknown) => Buffer.from(JSON.stringify(values)).toString('base64url');
  /** What may be odd about a parameter; `limit` and the like stand for all that are numbers. */
  const odd: Record<string, string[]> = {
    state: ['state=a&state=b'],
    q: ['q=a&q=b', 'q=%00', 'q=%25_%5C', "q='%20or%201=1--", `q=${'x'.repeat(8000)}`],
    provider: ['provider[]=x&provider[]=y', `provider=${TEXT}`],
    address: ['address=a&address=b', `address=${TEXT}`],
    mine: ['mine=%00'],
    limit: ['limit=-1', 'limit=1e9', 'limit=abc'],
    days: ['days=-1', 'days=1e400'],
    order: ['order=x'],
    show: ['show=__proto__'],
    claim: ['claim=__proto__'],
    back: ['back=//evil.example'],
    direction: ['direction=x&direction=y'],
    cursor: [
      'cursor=a&cursor=b',
      ...[
        [],
        ['incidents'],
        ['incidents', -1],
        ['incidents', 1e300],
        ['addresses', 'x'],
        ['incidents', { a: 1 }],
        null,
      ].map((values) => `cursor=${cursor(values)}`),
    ],
  };
  /** For whoever declares none of them, and for those who read what they do not declare. */
  const together = [...Object.values(odd).map(([first]) => first), '__proto__=x&constructor=y'].join('&');
  const routes = desk.app.declaredRoutes
    .filter(({ methods, url }) => methods.includes('GET') && !/assets|set-up|sign-in/.test(url))
    .map(({ url, schema }) => ({
      url: url
        .replace(':key', 'gmail')
        .replace(/:position/, '0')
        .replace(/:\w+/g, '1')
        .replace('*', '203.0.113.7'),
      queries: [
        together,
        ...queryNames(schema?.querystring).flatMap(
          (name) => odd[name] ?? [`${name}=${TEXT}`, `${name}=x&${name}=y`],
        ),
      ],
    }));
  t.ok(routes.some(({ queries }) => queries.length > 10));
  const { audit_entries: _exports, ...written } = await rowsWritten(desk.db, async () => {
    for (const { url, queries } of routes)
      for (const query of queries) {
        const isApi = url.startsWith('/api/');
        const answer = isApi
          ? await desk.app.inject({
              url: `${url}?${query}`,
              headers: { authorization: `Bearer ${BOOTSTRAP}` },
            })
          : await browser.get(`${url}?${query}`);
        const what = `${url}?${query.slice(0, 60)}`;
        if (answer.statusCode >= 500) t.fail(`${what}: ${answer.statusCode}`);
        if (!isApi && answer.statusCode >= 400) noInsides(t, answer.body, what);
        if (isApi && answer.statusCode >= 400)
          t.match(answer.headers['content-type'], 'application/problem+json', what);
      }
  });
  t.strictSame(written, {}, 'reading writes nothing but who took an export');
  for (const url of [
    '/api/v1/%E0%A4%A',
    `/api/v1/incidents/${'9'.repeat(300)}`,
    `/api/v1/${'x'.repeat(5000)}`,
  ]) {
    const answer = await desk.app.inject({ url, headers: { authorization: `Bearer ${BOOTSTRAP}` } });
    t.ok([400, 404, 414].includes(answer.statusCode), `${url.slice(0, 40)}: ${answer.statusCode}`);
    t.match(answer.headers['content-type'], 'application/problem+json', url.slice(0, 40));
  }
});

t.test('a method that a page does not have changes nothing', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk, 'admin');
  await browser.get('/incidents/1');
  for (const url of [
    '/',
    '/log',
    '/incidents/1',
    '/incidents/1/notes',
    '/api/v1/incidents',
    '/api/v1/incidents/1/notes',
    '/nowhere',
  ])
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'] as const) {
      const answer = await nothingWritten(t, desk.db, `${method} ${url}`, () =>
        desk.app.inject({
          method,
          url,
          headers: { cookie: cookiesOf(browser), 'x-csrf-token': browser.csrf },
        }),
      );
      t.ok(answer.statusCode < 500, `${method} ${url}: ${answer.statusCode}`);
      if (method !== 'HEAD')
        t.ok(
          [400, 403, 404, 405, 415, 422].includes(answer.statusCode),
          `${method} ${url}: ${answer.statusCode}`,
        );
      t.notOk(answer.headers['access-control-allow-origin'], `${method} ${url} lets no other site in`);
    }
});

// CSRF: RT CVE-2012-4732; mailcow CVE-2017-8928; OTRS CVE-2026-78358.
t.test(
  'a form without its own token, or from another site, changes nothing and says what to do',
  async (t) => {
    const desk = await deskWithDraft(t);
    const browser = await signedIn(desk);
    const other = await signedIn(desk);
    await browser.get('/incidents/1');
    await other.get('/incidents/1');
    const send = (
      token: string | undefined,
      headers: Record<string, string> = {},
      cookie = cookiesOf(browser),
    ) =>
      desk.app.inject({
        method: 'POST',
        url: '/incidents/1/notes',
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams({
          text: 'forged',
          ...(token === undefined ? {} : { _csrf: token }),
        }).toString(),
      });
    const session = `dd_session=${browser.cookies.get('dd_session')}`;
    const tries: Record<string, () => ReturnType<typeof send>> = {
      missing: () => send(undefined),
      empty: () => send(''),
      wrong: () => send('wrong'),
      'of another session': () => send(other.csrf),
      'without its cookie': () => send(browser.csrf, {}, session),
      'cross-site': () =>
        send(undefined, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, session),
    };
    for (const [what, forged] of Object.entries(tries)) {
      const answer = await nothingWritten(t, desk.db, what, forged);
      t.equal(answer.statusCode, 403, what);
      t.match(answer.body, /Load the page again and send the form from there/, what);
    }
    t.strictSame(
      await rowsWritten(desk.db, () => send(browser.csrf)),
      { timeline_entries: 1, event_outbox: 1, incident_watchers: 1, search_texts: 1 },
      'its own is taken',
    );
    const api = await nothingWritten(t, desk.db, 'the API by a session', () =>
      desk.app.inject({
        method: 'POST',
        url: '/api/v1/incidents/1/notes',
        headers: { cookie: session },
        payload: { text: 'x' },
      }),
    );
    t.equal(api.statusCode, 403);
    t.match(api.headers['content-type'], 'application/problem+json');
  },
);
