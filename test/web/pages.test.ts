import t from 'tap';
import { postParts } from '../bad-input/bad-input.fixture.ts';
import { Browser, PASSWORD, REFUSAL, signedIn, testDesk } from '../desk.ts';
import { unescaped } from '../unescaped.ts';

t.test('a form that was filled in when the session had expired comes back after signing in', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1');
  const email = (await desk.db.selectFrom('users').select('email').executeTakeFirstOrThrow()).email;
  await desk.db.deleteFrom('sessions').execute();
  const text = 'A long text <b>that took</b> half an hour {{constructor}}';
  const asked = await browser.post('/incidents/1/notes', { text });
  t.equal(asked.statusCode, 401);
  const carried = /name="carried" value="([^"]*)"/.exec(asked.body)?.[1] ?? '';
  t.ok(carried.includes('half an hour'));
  const back = await browser.post('/sign-in', { email, password: PASSWORD, carried: unescaped(carried) });
  t.equal(back.statusCode, 200);
  t.match(back.body, /half an hour/);
  t.match(back.body, /action="\/incidents\/1\/notes"/);
  t.notMatch(back.body, /<b>that took/, 'what was typed is text');
  browser.csrf = /name="_csrf" value="([^"]+)"/.exec(back.body)?.[1] ?? '';
  t.equal((await browser.post('/incidents/1/notes', { text })).statusCode, 303);
  const notes = await desk.db
    .selectFrom('timeline_entries')
    .select('detail')
    .where('kind', '=', 'note-added')
    .execute();
  t.strictSame(
    notes.map((note) => note.detail['text']),
    [text],
  );
});

t.test('a page that keeps what was sent names the files that it cannot, and asks for them', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const sent = [
    { name: 'text', value: 'They answered.' },
    { name: 'file', value: 'Subject: hello\n\nHello.', file: '<b>answer.eml', type: 'message/rfc822' },
  ];
  const asks =
    /enctype="multipart\/form-data".*no file back: <b>&lt;b&gt;answer\.eml<\/b><\/label><input id="carried-file-0" name="file" type="file">/s;
  const viewer = await signedIn(desk, 'viewer');
  const refused = await postParts(viewer, '/incidents/1/messages', sent);
  t.equal(refused.statusCode, 403);
  t.match(refused.body, 'They answered.');
  t.match(refused.body, asks);
  const browser = await signedIn(desk);
  const { email } = await desk.db
    .selectFrom('users')
    .select('email')
    .where('role', '=', 'operator')
    .executeTakeFirstOrThrow();
  await desk.db.deleteFrom('sessions').execute();
  const asked = await postParts(browser, '/incidents/1/messages', sent);
  const carried = /name="carried" value="([^"]*)"/.exec(asked.body)?.[1] ?? '';
  const back = await browser.post('/sign-in', { email, password: PASSWORD, carried: unescaped(carried) });
  t.match(back.body, 'They answered.');
  t.match(back.body, asks);
});

t.test('tabs of one incident, and of one address, are told apart', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/messages', { direction: 'in', body: 'It does not qualify.' });
  const browser = await signedIn(desk);
  const titleOf = async (url: string) =>
    /<title>(.*) · Delist Desk<\/title>/.exec((await browser.get(url)).body)?.[1];
  const titles: Record<string, string> = {
    '/incidents/1': '#1 Outlook.com blocks 203.0.113.7',
    '/incidents/1/edit': '#1 Edit the facts',
    '/incidents/1/conversation': '#1 Conversation',
    '/addresses/203.0.113.7': '203.0.113.7',
    '/addresses/203.0.113.7/edit': 'Edit: 203.0.113.7',
    '/evidence/203.0.113.7': 'Evidence: 203.0.113.7',
    '/evidence/203.0.113.7/checklist': 'Checklist: 203.0.113.7',
    '/evidence/203.0.113.7/places': 'Looked up by hand: 203.0.113.7',
    '/providers/t-online/history': 'Changes: T-Online',
    '/unfiled': 'Unfiled',
    '/unfiled?which=put-away': 'Put away',
  };
  for (const [url, title] of Object.entries(titles)) t.equal(await titleOf(url), title, url);
});

t.test('who may only read is offered nothing that would be refused', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/letters', {});
  await desk.api('POST', '/incidents/1/messages', { direction: 'in', body: 'It does not qualify.' });
  const viewer = await signedIn(desk, 'viewer');
  const pages = [
    '/',
    '/incidents',
    '/incidents/1',
    '/incidents/1/letters/1',
    '/incidents/1/messages/1',
    '/addresses',
  ];
  for (const url of pages) {
    const { statusCode, body } = await viewer.get(url);
    t.equal(statusCode, 200, url);
    const main = body.slice(body.indexOf('<main'));
    const linked = [...main.matchAll(/(?:href|(?:form)?action)="(\/[^"#?]*)/g)].map(([, path]) => path);
    t.strictSame(
      linked.filter((path) =>
        /\/(new|edit|log|sending|refreshing|checking|split|discarding|overrides)$/.test(path ?? ''),
      ),
      [],
      url,
    );
    for (const button of ['Save the draft', 'Mark as sent', 'Discard this draft']) t.notMatch(main, button);
  }
});

t.test('who may only read is offered nothing to do where there is nothing, but the dossier', async (t) => {
  const desk = await testDesk(t);
  const viewer = await signedIn(desk, 'viewer');
  for (const url of ['/', '/addresses', '/incidents', '/settings/tags', '/reports/subscriptions']) {
    const { body, statusCode } = await viewer.get(url);
    t.equal(statusCode, 200, url);
    const main = body.slice(body.indexOf('<main'));
    t.notMatch(main, /href="\/(log|addresses\/new|settings\/profile)"|Have it mailed/, url);
  }
  await desk.api('POST', '/incidents', { report: REFUSAL });
  t.match((await viewer.get('/incidents/1')).body, 'href="/incidents/1/dossier"');
  t.equal((await viewer.get('/incidents/1/dossier')).statusCode, 200);
});

t.test('a form sent twice has one effect', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1');
  const _once = 'aaaaaaaa-0000-4000-8000-000000000001';
  const [first, second] = await Promise.all([
    browser.post('/incidents/1/notes', { text: 'once', _once }),
    browser.post('/incidents/1/notes', { text: 'once', _once }),
  ]);
  t.equal(first.statusCode, 303);
  t.equal(second.statusCode, 303);
  t.equal(first.headers.location, second.headers.location);
  const notes = await desk.db
    .selectFrom('timeline_entries')
    .select('id')
    .where('kind', '=', 'note-added')
    .execute();
  t.equal(notes.length, 1);
});

t.test('script, template and SQL in every text stay text, wherever they are shown', async (t) => {
  const desk = await testDesk(t);
  const nasty = `<script>alert(1)</script>{{constructor.constructor}}'; drop table users; --"><img src=x onerror=alert(1)>`;
  await desk.api('PUT', '/profile', {
    name: nasty,
    website: '',
    contactName: nasty,
    contactEmail: 'a@example.com',
    sendingDomains: ['example.com'],
  });
  await desk.api('POST', '/incidents', {
    report: `${REFUSAL} ${nasty}`,
    title: nasty,
    note: nasty,
    provider: 'outlook-com',
    addresses: ['203.0.113.7'],
  });
  await desk.api('PATCH', '/incidents/1', { affected: nasty, nextAction: nasty });
  await desk.api('POST', '/incidents/1/tickets', {
    reference: nasty.slice(0, 100),
    channel: 'form',
    url: nasty,
  });
  await desk.api('POST', '/incidents/1/messages', {
    direction: 'in',
    from: nasty,
    subject: nasty,
    body: nasty,
  });
  await desk.api('POST', '/incidents/1/evidence', {
    claim: 'sender-score',
    result: 'supports',
    words: nasty,
    source: nasty,
  });
  const letter = await desk.api('POST', '/incidents/1/letters', { template: 'outlook-com/first' });
  t.equal(letter.status, 201);
  t.match(letter.body.body, '{{constructor.constructor}}', 'user text is never compiled');
  const browser = await signedIn(desk, 'admin');
  for (const url of [
    '/',
    '/incidents',
    '/incidents/1',
    '/incidents/1/dossier',
    '/incidents/1/edit',
    '/incidents/1/messages/1',
    `/incidents/1/letters/${letter.body.id}`,
    '/incidents/1/letters/new',
    '/addresses',
    '/addresses/203.0.113.7',
    '/settings/profile',
    '/incidents?q=%3Cscript%3Ealert(1)%3C/script%3E',
  ]) {
    const page = await browser.get(url);
    t.equal(page.statusCode, 200, url);
    t.notMatch(page.body, /<script>alert|<img src=x/i, `${url} escapes`);
  }
  t.ok(await desk.db.selectFrom('users').selectAll().execute());
});

t.test('every answer carries the policy that forbids inline script and style', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'admin');
  for (const url of ['/', '/log', '/settings', '/nowhere']) {
    const page = await browser.get(url);
    const policy = String(page.headers['content-security-policy']);
    t.match(policy, "default-src 'none'");
    t.notMatch(policy, /unsafe/);
    t.notMatch(page.body, / style="| on[a-z]+="|<script>(?!<)/i, `${url} has nothing inline`);
    t.equal(page.headers['x-content-type-options'], 'nosniff');
    t.equal(page.headers['x-frame-options'], 'DENY');
  }
});

t.test('open-redirect-after-sign-in: next leads to a local path only', async (t) => {
  const desk = await testDesk(t);
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/%5cevil.example',
    '/%2f%2fevil.example',
    'javascript:alert(1)',
  ]) {
    const browser = await signedIn(desk);
    const answer = await browser.get(`/sign-in?next=${encodeURIComponent(next)}`);
    t.equal(answer.headers.location, '/', next);
  }
  const browser = await signedIn(desk);
  t.equal(
    (await browser.get('/sign-in?next=%2Fincidents%3Fstate%3Dopen')).headers.location,
    '/incidents?state=open',
  );
});

t.test('session-fixation: signing in gives a new session and ends the one before', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const before = browser.cookies.get('dd_session');
  const email = (await desk.db.selectFrom('users').select('email').executeTakeFirstOrThrow()).email;
  await browser.post('/sign-in', { email, password: PASSWORD });
  t.not(browser.cookies.get('dd_session'), before);
  t.equal((await desk.db.selectFrom('sessions').selectAll().execute()).length, 1);
});

t.test('a problem names what happened, what to do and the request', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const page = await browser.get('/incidents/999');
  t.equal(page.statusCode, 404);
  t.match(page.body, /There is no incident #999/);
  t.match(page.body, String(page.headers['x-request-id']));
  const api = await desk.api('GET', '/incidents/999');
  t.match(api, {
    status: 404,
    body: { type: '/problems#not-found', status: 404, detail: 'There is no incident #999.' },
  });
  t.match(api.headers['content-type'], 'application/problem+json');
  const broken = await desk.app.inject({ url: '/%E0%A4%A' });
  t.equal(broken.statusCode, 400);
});

t.test('forwarded headers count only from a trusted proxy', async (t) => {
  const desk = await testDesk(t);
  const anonymous = new Browser(desk.app);
  await anonymous.get('/sign-in');
  await desk.app.inject({
    method: 'POST',
    url: '/sign-in',
    headers: {
      cookie: `_csrf=${anonymous.cookies.get('_csrf')}`,
      'content-type': 'application/x-www-form-urlencoded',
      'x-forwarded-for': '198.51.100.99',
    },
    payload: new URLSearchParams({
      _csrf: anonymous.csrf,
      email: 'nobody@example.com',
      password: 'wrong wrong',
    }).toString(),
  });
  const [failure] = await desk.db.selectFrom('sign_in_failures').select('client_address').execute();
  t.equal(failure?.client_address, '127.0.0.1');
});

t.test('reset-link-poisoning: with BASE_URL, another Host is refused', async (t) => {
  const desk = await testDesk(t, { BASE_URL: 'https://desk.example.com' });
  t.equal((await desk.app.inject({ url: '/sign-in', headers: { host: 'evil.example' } })).statusCode, 421);
  const right = await desk.app.inject({ url: '/sign-in', headers: { host: 'desk.example.com' } });
  t.equal(right.statusCode, 200);
  t.match(String(right.headers['set-cookie']), /Secure/);
  t.ok(right.headers['strict-transport-security']);
});

t.test('the refusals of a provider are found by code or words', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'viewer');
  const rows = (body: string) => body.match(/data-label="As seen"/g)?.length ?? 0;
  const all = rows((await browser.get('/providers/outlook-com')).body);
  t.ok(all > 10, `${all} refusals`);
  const found = (await browser.get('/providers/outlook-com?q=s3150')).body;
  t.ok(rows(found) >= 1 && rows(found) < all, `${rows(found)} of ${all}`);
  t.match(found, new RegExp(`${rows(found)} of ${all}<`));
  t.match(found, /name="q" value="s3150"/);
  t.match(
    (await browser.get('/providers/outlook-com?q=no+such+words')).body,
    /None of their refusals has these words/,
  );
  t.match(
    (await browser.get(`/providers/outlook-com?q=${encodeURIComponent('"><script>')}`)).body,
    /value="&quot;&gt;&lt;script&gt;"/,
  );
});

t.test('a form without a page of its own keeps what was typed, with what is wrong beside it', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  await browser.get('/incidents/1');
  const long = `SRX${'9'.repeat(200)}`;
  const page = await browser.post('/incidents/1/tickets', {
    reference: long,
    channel: 'phone',
    address: '+49 40 <5550100>',
  });
  t.equal(page.statusCode, 422);
  t.match(page.body, /<form method="post" action="\/incidents\/1\/tickets"/);
  t.match(page.body, long);
  t.match(page.body, /value="\+49 40 &lt;5550100&gt;"|value="&#x2B;49 40 &lt;5550100&gt;"/);
  t.match(page.body, /class="field-error" id="carried-\d-error">Too long: at most 120 characters/);
  t.equal(
    (await browser.post('/incidents/1/tickets', { reference: 'SRX1', channel: 'phone' })).statusCode,
    303,
  );
});

t.test('a page with times says of which zone they are', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  t.match((await browser.get('/incidents')).body, 'Times are in UTC.');
  await desk.db.updateTable('users').set({ time_zone: 'Asia/Kolkata' }).execute();
  t.match((await browser.get('/incidents')).body, 'Times are those of Asia/Kolkata, now UTC+05:30.');
  t.match((await browser.get('/incidents/1/dossier')).body, 'times are those of Asia/Kolkata');
  t.match((await browser.get('/incidents/1/deliveries')).body, 'By hour of Asia/Kolkata');
});

t.test('an incident without an address says so', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.db.deleteFrom('incident_addresses').execute();
  t.match((await (await signedIn(desk)).get('/incidents/1')).body, 'None is known.');
});
