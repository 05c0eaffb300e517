import t from 'tap';
import { hashSecret } from '../../src/accounts/accounts.ts';
import { MOST_WRONG } from '../../src/sharing/attempts.ts';
import { Browser, REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';

async function deskWithIncident(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  return desk;
}

const made = async ({ api }: TestDesk, more: object = {}) =>
  (await api('POST', '/incidents/1/shares', { madeFor: 'The auditor', parts: ['summary'], ...more })).body;

/** Without any cookie. */
const read = ({ app }: TestDesk, url: string, remoteAddress = '192.0.2.9') =>
  app.inject({ method: 'GET', url, remoteAddress });

t.test('a link shows the chosen parts to somebody without an account', async (t) => {
  const desk = await testDesk(t, { BASE_URL: 'https://desk.example.com' });
  const host = { host: 'desk.example.com' };
  await desk.api('POST', '/incidents', { report: REFUSAL }, host);
  const body = { madeFor: 'The auditor', parts: ['summary'] };
  const { body: share } = await desk.api('POST', '/incidents/1/shares', body, host);
  t.match(share.link, /^https:\/\/desk\.example\.com\/shared\/[\w-]{43}$/, 'under the configured name');
  const path = new URL(share.link).pathname;
  const answer = await desk.app.inject({
    method: 'GET',
    url: path,
    headers: host,
    remoteAddress: '192.0.2.9',
  });
  t.equal(answer.statusCode, 200);
  t.match(answer.body, 'Outlook.com blocks');
  t.match(answer.body, '<html lang="en"');
  t.notMatch(answer.body, /<h2[^>]*>Timeline/, 'what was not chosen is not there');
  t.match(answer.headers, {
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-robots-tag': /noindex/,
    'content-security-policy': /default-src 'none'/,
  });
  t.notMatch(answer.headers['content-security-policy'], /script-src/, 'it runs nothing');
  t.equal(answer.headers['set-cookie'], undefined, 'it leaves no cookie');
  t.notMatch(answer.body, /<script|href="(?!\/assets\/|#)/, 'no link leads on');
});

t.test('views and last use are counted; HEAD and a wrong address are no view', async (t) => {
  const desk = await deskWithIncident(t);
  const { link } = await made(desk);
  await read(desk, link);
  await read(desk, `${link}?zone=Europe/Berlin`);
  await desk.app.inject({ method: 'HEAD', url: link, remoteAddress: '192.0.2.9' });
  await read(desk, `${link}x`);
  const [share] = (await desk.api('GET', '/incidents/1/shares')).body.items;
  t.match(share, { views: 2, lastUsedAt: /^\d{4}-/, createdBy: 'bootstrap token', inForce: true });
});

t.test('its reader chooses the zone; an unknown one is UTC', async (t) => {
  const desk = await deskWithIncident(t);
  const { link } = await made(desk, { parts: ['states'] });
  t.match((await read(desk, link)).body, 'UTC+00:00');
  t.match((await read(desk, `${link}?zone=Asia/Kolkata`)).body, 'UTC+05:30');
  t.match((await read(desk, `${link}?zone=Mars/Olympus`)).body, 'UTC+00:00');
  t.equal((await read(desk, `${link}?from=nonsense`)).statusCode, 200);
});

t.test('wrong, expired and revoked links answer alike', async (t) => {
  const desk = await deskWithIncident(t);
  const [expired, revoked] = [await made(desk), await made(desk)];
  await desk.db
    .updateTable('shares')
    .set({ created_at: new Date('2026-01-01'), expires_at: new Date('2026-01-02') })
    .where('id', '=', expired.id)
    .execute();
  t.match(await desk.api('DELETE', `/incidents/1/shares/${revoked.id}`), {
    status: 200,
    body: { inForce: false, revokedBy: 'bootstrap token' },
  });
  const answers = await Promise.all(
    [expired.link, revoked.link, `/shared/${'x'.repeat(43)}`, '/shared/', '/shared/a/b?zone=x'].map((url) =>
      read(desk, url),
    ),
  );
  t.strictSame([...new Set(answers.map(({ statusCode }) => statusCode))], [404]);
  t.equal(new Set(answers.map(({ body }) => body)).size, 1, 'word for word');
  t.match(answers[0]?.body, 'This link shows nothing');
});

t.test('who tries many links waits', async (t) => {
  const desk = await deskWithIncident(t);
  const { link } = await made(desk);
  for (let n = 0; n <= MOST_WRONG; n += 1) await read(desk, `/shared/${n}`, '192.0.2.77');
  const answer = await read(desk, link, '192.0.2.77');
  t.equal(answer.statusCode, 429);
  t.match(answer.body, 'Wait ten minutes');
  t.equal((await read(desk, link)).statusCode, 200, 'others do not');
});

t.test('only the hash of the secret is kept, also where the request is repeated', async (t) => {
  const desk = await deskWithIncident(t);
  const body = { madeFor: 'The auditor', parts: ['summary'] };
  const headers = { 'idempotency-key': 'once' };
  const first = await desk.api('POST', '/incidents/1/shares', body, headers);
  const secret = first.body.link.slice('/shared/'.length);
  const again = await desk.api('POST', '/incidents/1/shares', body, headers);
  t.match(again, { status: 201, body: { id: first.body.id, link: null } });
  const { token_hash } = await desk.db.selectFrom('shares').select('token_hash').executeTakeFirstOrThrow();
  t.ok(token_hash.equals(hashSecret(secret)));
  for (const table of ['shares', 'timeline_entries', 'idempotency_keys'] as const)
    t.notMatch(JSON.stringify(await desk.db.selectFrom(table).selectAll().execute()), secret, table);
});

t.test('the link of a duplicate is listed and revoked where the duplicate went', async (t) => {
  const desk = await deskWithIncident(t);
  await desk.api('POST', '/incidents', {
    report: REFUSAL.replaceAll('203.0.113.7', '203.0.113.8'),
    addresses: ['203.0.113.8'],
  });
  const { body: share } = await desk.api('POST', '/incidents/2/shares', {
    madeFor: 'The customer',
    parts: ['summary'],
  });
  t.match(await desk.api('POST', '/incidents/2/merge', { into: 1 }), { status: 200 });
  t.match((await desk.api('GET', '/incidents/1/shares')).body.items, [{ id: share.id, inForce: true }]);
  const browser = await signedIn(desk);
  t.match((await browser.get('/incidents/1/shares')).body, 'of #2, a part of this incident');
  t.match(await desk.api('DELETE', `/incidents/1/shares/${share.id}`), {
    status: 200,
    body: { inForce: false },
  });
  t.equal((await read(desk, share.link)).statusCode, 404);
});

t.test('making and revoking stand in the timeline, and revoking twice is once', async (t) => {
  const desk = await deskWithIncident(t);
  const { id } = await made(desk, { parts: ['timeline', 'notes'], personal: true });
  await desk.api('DELETE', `/incidents/1/shares/${id}`);
  await desk.api('DELETE', `/incidents/1/shares/${id}`);
  const { items } = (await desk.api('GET', '/incidents/1/timeline?order=oldest')).body;
  t.strictSame(
    items
      .map(({ summary }: { summary: string }) => summary)
      .filter((summary: string) => /share/i.test(summary))
      .map((summary: string) => summary.replace(/\d{4}-\d\d-\d\d/, 'DAY')),
    [
      'Shared with The auditor, timeline, notes, with personal data; until DAY',
      'Share link for The auditor revoked',
    ],
  );
  t.equal((await desk.api('DELETE', '/incidents/1/shares/999')).status, 404);
});

t.test('the form: seen before it is made, made once, revoked', async (t) => {
  const desk = await deskWithIncident(t);
  const browser = await signedIn(desk);
  await browser.get('/incidents/1/shares');
  const fields = { madeFor: 'Harbour <Ltd>', days: '7', parts: 'summary' };
  const preview = await browser.post('/incidents/1/shares/preview', fields);
  t.match(preview.body, 'This is what the reader will see');
  t.match(preview.body, 'name="parts" value="summary"');
  t.equal((await desk.db.selectFrom('shares').select('id').execute()).length, 0, 'a preview makes none');
  const changed = await browser.post('/incidents/1/shares/choices', fields);
  t.match(changed.body, /value="timeline">/, 'what was not chosen stays so');

  const page = await browser.post('/incidents/1/shares', fields);
  const link = /value="(\/shared\/[\w-]{43})"/.exec(page.body)?.[1] ?? '';
  t.match(page.body, 'Harbour &lt;Ltd&gt;');
  t.equal((await read(desk, link)).statusCode, 200);
  t.notMatch((await browser.get('/incidents/1/shares')).body, link, 'shown once');
  await browser.post('/incidents/1/shares/1/revocation');
  t.equal((await read(desk, link)).statusCode, 404);

  const wrong = await browser.post('/incidents/1/shares', { ...fields, days: '366', parts: 'notes' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, 'days from 1 to 365');
  t.match(wrong.body, 'Harbour &lt;Ltd&gt;', 'what was typed stays');
  const alone = await browser.post('/incidents/1/shares', { madeFor: 'X', parts: 'notes' });
  t.match(alone.body, 'choose the timeline as well');
});

t.test('no more links than a page of one incident needs are in force', async (t) => {
  const desk = await deskWithIncident(t);
  for (let n = 0; n < 50; n += 1) await made(desk);
  const answer = await desk.api('POST', '/incidents/1/shares', { madeFor: 'X', parts: ['summary'] });
  t.match(answer, { status: 422, body: { detail: /revoke one first/ } });
  const page = (await desk.api('GET', '/incidents/1/shares?limit=20')).body;
  const rest = (await desk.api('GET', `/incidents/1/shares?limit=200&cursor=${page.next}`)).body;
  t.equal(page.items.length + rest.items.length, 50);
});

t.test('a link of one incident reads nothing of another, and gives no session', async (t) => {
  const desk = await deskWithIncident(t);
  const { link } = await made(desk);
  const reader = new Browser(desk.app);
  await reader.get(link);
  t.equal(reader.cookies.size, 0);
  t.equal((await reader.get('/incidents/1')).statusCode, 303);
});
