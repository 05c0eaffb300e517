import t from 'tap';
import { newSetupLink } from '../../src/accounts/set-up-store.ts';
import { createToken } from '../../src/accounts/token-store.ts';
import { Browser, PASSWORD, signedIn, testDesk } from '../desk.ts';

t.test('the set-up link makes the first administrator, once', async (t) => {
  const desk = await testDesk(t);
  const secret = await newSetupLink(desk.db);
  const browser = new Browser(desk.app);
  t.match((await browser.get(`/set-up/${secret}`)).body, /<input id="name"[^>]* autofocus/);
  const short = await browser.post(`/set-up/${secret}`, {
    name: 'Mara',
    email: 'mara@example.com',
    password: 'short',
  });
  t.equal(short.statusCode, 422);
  t.match(short.body, /value="mara@example.com"/, 'what was typed is still there');
  t.match(short.body, /id="error-password"/);
  const done = await browser.post(`/set-up/${secret}`, {
    name: 'Mara',
    email: 'mara@example.com',
    password: PASSWORD,
    timeZone: 'Europe/Berlin',
  });
  t.equal(done.statusCode, 303);
  t.match(await desk.db.selectFrom('users').selectAll().execute(), [
    { email: 'mara@example.com', role: 'admin', time_zone: 'Europe/Berlin' },
  ]);
  const again = await browser.post(`/set-up/${secret}`, {
    name: 'Eve',
    email: 'eve@example.com',
    password: PASSWORD,
  });
  t.equal(again.statusCode, 404);
  t.equal((await desk.db.selectFrom('users').selectAll().execute()).length, 1);
});

t.test('a set-up link that others may have read opens nothing once there is an account', async (t) => {
  const desk = await testDesk(t);
  const secret = await newSetupLink(desk.db);
  const browser = new Browser(desk.app);
  await browser.get(`/set-up/${secret}`);
  await signedIn(desk, 'admin');
  const late = await browser.post(`/set-up/${secret}`, {
    name: 'Eve',
    email: 'eve@example.com',
    password: PASSWORD,
  });
  t.equal(late.statusCode, 404);
  t.match(late.body, /the first account exists/);
  t.equal((await desk.db.selectFrom('users').select('id').execute()).length, 1);
});

t.test('an unknown address and a wrong password answer alike', async (t) => {
  const desk = await testDesk(t);
  await signedIn(desk);
  const email = (await desk.db.selectFrom('users').select('email').executeTakeFirstOrThrow()).email;
  const browser = new Browser(desk.app);
  await browser.get('/sign-in');
  const unknown = await browser.post('/sign-in', { email: 'nobody@example.com', password: PASSWORD });
  const wrong = await browser.post('/sign-in', { email, password: 'not the password' });
  t.equal(unknown.statusCode, wrong.statusCode);
  const same = (body: string) => body.replace(/value="[^"]*"/g, '');
  t.equal(same(unknown.body), same(wrong.body));
});

t.test('after ten failures an account is closed to further tries for a while', async (t) => {
  const desk = await testDesk(t);
  await signedIn(desk);
  const email = (await desk.db.selectFrom('users').select('email').executeTakeFirstOrThrow()).email;
  const browser = new Browser(desk.app);
  await browser.get('/sign-in');
  for (let tries = 0; tries < 10; tries++)
    t.equal((await browser.post('/sign-in', { email, password: 'wrong wrong' })).statusCode, 422);
  const right = await browser.post('/sign-in', { email, password: PASSWORD });
  t.equal(right.statusCode, 429);
  await desk.db
    .updateTable('sign_in_failures')
    .set({ at: new Date(Date.now() - 16 * 60_000) })
    .execute();
  t.equal((await browser.post('/sign-in', { email, password: PASSWORD })).statusCode, 303);
});

t.test('a change of role or of the password ends sessions', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const operator = await signedIn(desk, 'operator');
  const { id } = await desk.db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'operator')
    .executeTakeFirstOrThrow();
  t.equal((await operator.get('/')).statusCode, 200);
  await admin.get('/settings/users');
  t.equal((await admin.post(`/settings/users/${id}`, { role: 'viewer' })).statusCode, 303);
  t.equal((await operator.get('/')).statusCode, 303);
});

t.test('who shuts somebody out is told which tokens of theirs go on working', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const { id } = await desk.db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  const left = await signedIn(desk, 'operator');
  t.equal((await left.get('/')).statusCode, 200);
  const other = await desk.db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'operator')
    .executeTakeFirstOrThrow();
  await createToken(desk.db, { name: 'agent of mx1', scope: 'write', createdBy: other.id });
  await createToken(desk.db, { name: 'nobody’s', scope: 'write', createdBy: id });
  await admin.get('/settings/users');
  const answer = await admin.post(`/settings/users/${other.id}`, { disabled: 'yes' });
  t.equal(answer.statusCode, 303);
  const page = await admin.get('/settings/users');
  t.match(page.body, 'API tokens that they made go on working: agent of mx1. Revoke');
  t.equal((await left.get('/')).statusCode, 303);
});

t.test('the last administrator stays one', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const { id } = await desk.db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  await admin.get('/settings/users');
  for (const change of [{ role: 'viewer' }, { disabled: 'yes' }]) {
    const answer = await admin.post(`/settings/users/${id}`, change);
    t.equal(answer.statusCode, 422);
    t.match(answer.body, 'the last administrator', 'on the page of the people, with what to do');
    t.match(answer.body, '<h1>People</h1>');
  }
});

t.test('a token is shown once, kept as a hash, and stops when revoked', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/tokens');
  const made = await admin.post('/settings/tokens', { name: 'cron', scope: 'read' });
  const secret = /value="(dd_[^"]+)"/.exec(made.body)?.[1] ?? '';
  t.ok(secret.length > 40);
  t.notMatch((await admin.get('/settings/tokens')).body, secret);
  t.notMatch(JSON.stringify(await desk.db.selectFrom('api_tokens').selectAll().execute()), secret);
  const call = () =>
    desk.app.inject({ url: '/api/v1/incidents', headers: { authorization: `Bearer ${secret}` } });
  t.equal((await call()).statusCode, 200);
  t.ok(
    (await desk.db.selectFrom('api_tokens').select('last_used_at').executeTakeFirstOrThrow()).last_used_at,
  );
  await admin.get('/settings/tokens');
  await admin.post('/settings/tokens/1/revocation');
  t.equal((await call()).statusCode, 401);
});

t.test('a session ends when idle too long, and at its end', async (t) => {
  const desk = await testDesk(t, { SESSION_IDLE_HOURS: '1' });
  const browser = await signedIn(desk);
  await desk.db
    .updateTable('sessions')
    .set({ last_seen_at: new Date(Date.now() - 61 * 60_000) })
    .execute();
  t.equal((await browser.get('/')).statusCode, 303);
  await desk.db
    .updateTable('sessions')
    .set({ last_seen_at: new Date(), expires_at: new Date(Date.now() - 1000) })
    .execute();
  t.equal((await browser.get('/')).statusCode, 303);
});
