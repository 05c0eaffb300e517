import t from 'tap';
import { signedIn } from '../desk.ts';
import {
  deskWithDraft,
  noInsides,
  nothingWritten,
  plainOf,
  refusedJson,
  refusedPage,
} from './bad-input.fixture.ts';

const NOWHERE = [
  '0',
  '-1',
  '999999',
  '2147483648',
  '9223372036854775808',
  '1e400',
  'abc',
  '1.5',
  '%00',
  "1'--",
  '٣',
];

t.test('an id that there is not is “not found” in every route, and a crash in none', async (t) => {
  const desk = await deskWithDraft(t);
  await desk.api('POST', '/incidents/1/messages', { direction: 'in', body: 'Not qualified for mitigation.' });
  const browser = await signedIn(desk, 'admin');
  await browser.get('/incidents/1');
  const routes = desk.app.declaredRoutes
    .filter(({ url }) => /:(number|id|entry|position)/.test(url))
    .flatMap(({ methods, url }) => methods.map((method) => ({ method, url })))
    .filter(({ method }) => method !== 'HEAD');
  t.ok(routes.length > 25, `${routes.length} routes`);
  for (const { method, url } of routes) {
    const names = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name);
    for (const wrong of names)
      for (const id of NOWHERE) {
        const path = url.replace(/:(\w+)/g, (_all, name) =>
          name === wrong ? id : name === 'position' ? '0' : '1',
        );
        const isApi = path.startsWith('/api/');
        const answer = isApi
          ? await desk.app.inject({
              method: method as 'GET',
              url: path,
              headers: { authorization: 'Bearer a-bootstrap-token-for-tests' },
              ...(method === 'GET' ? {} : { payload: {} }),
            })
          : method === 'GET'
            ? await browser.get(path)
            : await browser.post(path, {});
        const what = `${method} ${path}`;
        const expected = method === 'GET' ? [404] : [404, 422, 400];
        t.ok(
          expected.includes(answer.statusCode),
          `${what}: ${answer.statusCode} ${plainOf(answer.body).slice(-300)}`,
        );
        if (isApi) t.match(answer.headers['content-type'], 'application/problem+json', what);
        noInsides(t, answer.body, what);
      }
  }
});

t.test('an unknown provider is refused by its name, and the report is kept in the form', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk);
  await browser.get('/log');
  for (const provider of ['nobody', '__proto__', 'constructor', '../data/gmail', 'x'.repeat(61)]) {
    const report = '550 refused by somebody';
    const fields = { report, provider, addresses: '203.0.113.7' };
    const page = await nothingWritten(t, desk.db, provider, () => browser.post('/log', fields));
    refusedPage(t, page, {
      status: 422,
      says: /is no provider of the catalogue; choose one/,
      keeps: report,
      what: provider,
    });
    const answer = await nothingWritten(t, desk.db, provider, () =>
      desk.api('POST', '/incidents', { report, provider, addresses: ['203.0.113.7'] }),
    );
    refusedJson(t, answer, {
      status: 422,
      says: /is no provider of the catalogue; choose one/,
      what: provider,
    });
    refusedPage(t, await browser.get(`/providers/${encodeURIComponent(provider)}`), {
      status: 404,
      says: /There is no|There is nothing/,
      what: `/providers/${provider}`,
    });
    refusedJson(t, await desk.api('GET', `/providers/${encodeURIComponent(provider)}`), {
      status: 404,
      says: /There is no|There is nothing/,
      what: `/providers/${provider}`,
    });
  }
});

t.test('an unknown template is refused by its name', async (t) => {
  const desk = await deskWithDraft(t);
  const browser = await signedIn(desk);
  await browser.get('/incidents/1/letters/new');
  for (const template of ['nobody/first', '__proto__', '../../package', 'constructor']) {
    const page = await nothingWritten(t, desk.db, template, () =>
      browser.post('/incidents/1/letters', { template, language: 'en' }),
    );
    t.ok([404, 422].includes(page.statusCode), `${template}: ${page.statusCode}`);
    noInsides(t, page.body, template);
    const answer = await nothingWritten(t, desk.db, template, () =>
      desk.api('POST', '/incidents/1/letters', { template }),
    );
    refusedJson(t, answer, {
      status: 422,
      says: /There is no template .*GET \/api\/v1\/letter-templates lists them/,
      what: template,
    });
  }
});

t.test('a claim or a person that there is not is refused where it was given', async (t) => {
  const desk = await deskWithDraft(t);
  const evidence = { result: 'supports', words: 'w', source: 's' };
  for (const claim of ['nothing', '__proto__', 'constructor'])
    refusedJson(
      t,
      await nothingWritten(t, desk.db, claim, () =>
        desk.api('POST', '/incidents/1/evidence', { ...evidence, claim }),
      ),
      { status: 422, says: /claim/, what: claim },
    );
  for (const claim of ['nothing', '__proto__'])
    refusedJson(
      t,
      await nothingWritten(t, desk.db, claim, () =>
        desk.api('PATCH', `/letters/${desk.letter}`, { overrides: [{ claim, reason: 'why not' }] }),
      ),
      { status: 422, says: /claim/, what: `override of ${claim}` },
    );
  refusedJson(t, await desk.api('PATCH', '/incidents/1', { assigneeId: 999999 }), {
    status: 422,
    says: /There is no such person/,
    what: 'assignee',
  });
});
