import t from 'tap';
import { stepAt, totpCode } from '../../src/accounts/second-factor/totp.ts';
import { addUser } from '../../src/accounts/store.ts';
import { Browser, PASSWORD, signedIn, testDesk } from '../desk.ts';
import { atSecondFactor, newest, withApp } from './second-factor.fixture.ts';

const HERE = '/settings/second-factor';
const codesIn = (body: string) =>
  [...body.matchAll(/<li><code>([A-Z2-7-]{19})<\/code>/g)].map(([, code]) => code);

t.test(
  'an app is set up by its first code, which does not sign in; recovery codes are shown once',
  async (t) => {
    const desk = await testDesk(t);
    const browser = await signedIn(desk);
    const { email } = await newest(desk);
    const other = new Browser(desk.app);
    await other.signIn(email);
    await browser.get(HERE);
    t.equal((await browser.post(`${HERE}/key`)).headers.location, `${HERE}/key`);
    const page = (await browser.get(`${HERE}/key`)).body;
    const key = (/id="totp-key">([A-Z2-7 ]+)</.exec(page)?.[1] ?? '').replaceAll(' ', '');
    t.equal(key.length, 32);
    t.match(page, /<svg class="qr"/);
    t.notMatch(JSON.stringify(await desk.db.selectFrom('totp_keys').selectAll().execute()), key, 'sealed');
    t.equal((await desk.db.selectFrom('totp_keys').selectAll().execute())[0]?.confirmed_at, null);
    t.equal((await other.get('/')).statusCode, 200, 'nothing has changed yet');
    const wrong = await browser.post(`${HERE}/key/confirmation`, { code: '000000' });
    t.equal(wrong.statusCode, 422);
    t.match(wrong.body, key.slice(0, 4), 'the same key is still there to be scanned');
    const code = totpCode(key, stepAt(new Date()));
    const done = await browser.post(`${HERE}/key/confirmation`, { code });
    const codes = codesIn(done.body);
    t.equal(codes.length, 10);
    t.equal((await browser.get('/')).statusCode, 200, 'who set it up stays');
    t.equal((await other.get('/')).statusCode, 303, 'every other session has ended');
    const later = (await browser.get(HERE)).body;
    t.strictSame(codesIn(later), []);
    t.notMatch(later, key.slice(0, 8));
    t.equal((await browser.get(`${HERE}/key`)).headers.location, HERE);
    const { browser: next } = await atSecondFactor(desk, email);
    t.equal((await next.post('/sign-in/second-factor', { code })).statusCode, 422, 'its step is used');
    t.equal((await next.post('/sign-in/second-factor', { code: codes[3] ?? '' })).statusCode, 303);
  },
);

t.test(
  'what weakens an account asks for the password; so does adding to it, a while after signing in',
  async (t) => {
    const desk = await testDesk(t);
    const browser = await signedIn(desk);
    const { recovery } = await withApp(desk);
    await browser.get(HERE);
    const asked: Record<string, string> = { 'key/removal': 'app-current', 'recovery-codes': 'codes-current' };
    for (const [form, field] of Object.entries(asked)) {
      t.match(
        (await browser.post(`${HERE}/${form}`, { current: 'wrong wrong' })).body,
        new RegExp(
          `<details class="more" open>(?:(?!</details>).)*id="${field}"[^>]*aria-invalid="true"`,
          's',
        ),
        'unfolded, and said at the field',
      );
      t.match((await browser.post(`${HERE}/${form}`)).body, /Needed: your present password/, form);
      t.match(
        (await browser.post(`${HERE}/${form}`, { current: 'wrong wrong' })).body,
        /not your present/,
        form,
      );
    }
    const renewed = codesIn((await browser.post(`${HERE}/recovery-codes`, { current: PASSWORD })).body);
    t.equal(renewed.length, 10);
    t.notOk(renewed.includes(recovery[0] ?? ''));
    t.equal((await browser.post(`${HERE}/key/removal`, { current: PASSWORD })).statusCode, 303);
    t.strictSame(
      await desk.db.selectFrom('recovery_codes').selectAll().execute(),
      [],
      'codes go with the factor',
    );
    await desk.db
      .updateTable('sessions')
      .set({ created_at: new Date(Date.now() - 16 * 60_000) })
      .execute();
    t.match((await browser.get(HERE)).body, /id="key-current"/);
    t.match((await browser.post(`${HERE}/key`)).body, /Needed: your present password/);
    t.equal((await browser.post(`${HERE}/key`, { current: PASSWORD })).statusCode, 303);
  },
);

t.test('guessing the password at the forms of a session ends like guessing it at the door', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  await withApp(desk);
  await browser.get(HERE);
  for (let n = 0; n < 10; n++) await browser.post(`${HERE}/key/removal`, { current: 'wrong wrong' });
  t.equal((await browser.post(`${HERE}/key/removal`, { current: PASSWORD })).statusCode, 429);
});

t.test('where everybody needs a second factor, nothing but setting one up is open without', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/sign-in');
  t.equal((await admin.post('/settings/sign-in', { needed: 'yes' })).statusCode, 303);
  const browser = await signedIn(desk);
  await desk.api('POST', '/incidents', {
    report: '550 refused',
    provider: 'yahoo',
    addresses: ['203.0.113.9'],
  });
  for (const url of ['/', '/incidents/1', '/settings', '/notices', '/settings/sessions'])
    t.equal((await browser.get(url)).headers.location, HERE, url);
  const page = await browser.get(HERE);
  t.match(page.body, /Set up one of these first/);
  const refused = await browser.post('/incidents/1/notes', { text: 'x' });
  t.equal(refused.statusCode, 403);
  t.match(refused.body, /Set one up under Settings/);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const api = await desk.app.inject({ url: '/api/v1/incidents', headers: { cookie } });
  t.match(api.json(), { status: 403, type: '/problems#second-factor-needed' });
  t.equal((await desk.api('GET', '/incidents')).status, 200, 'tokens are not concerned');
  await browser.post(`${HERE}/key`);
  t.equal((await browser.get(`${HERE}/key`)).statusCode, 200);
  await desk.db.updateTable('totp_keys').set({ confirmed_at: new Date() }).execute();
  t.equal((await browser.get('/')).statusCode, 200);
  t.equal((await browser.get('/settings/sign-in')).statusCode, 403, 'the rule is the administrator’s');
});

t.test(
  'sessions: seen with address and browser, and ended, by their person and by an administrator',
  async (t) => {
    const desk = await testDesk(t);
    const admin = await signedIn(desk, 'admin');
    await addUser(desk.db, { email: 'b@example.com', name: 'B', role: 'viewer', password: PASSWORD });
    const { id } = await newest(desk);
    const [one, two, three] = [new Browser(desk.app), new Browser(desk.app), new Browser(desk.app)];
    for (const browser of [one, two, three]) await browser.signIn('b@example.com');
    await desk.db
      .updateTable('sessions')
      .set({ user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' })
      .execute();
    const page = (await one.get('/settings/sessions')).body;
    t.equal(page.match(/Firefox on Linux/g)?.length, 5, 'three of them, two of which can be ended');
    t.equal(page.match(/this one/g)?.length, 1 + 1);
    t.match(page, /127\.0\.0\.1/);
    const secret = one.cookies.get('dd_session') ?? '';
    t.notMatch(page, secret);
    const ids = [...page.matchAll(/sessions\/(\d+)\/ending/g)].map(([, number]) => number);
    t.equal((await one.post(`/settings/sessions/${ids[0]}/ending`)).statusCode, 303);
    const alive = async () =>
      (await Promise.all([one, two, three].map((browser) => browser.get('/')))).filter(
        (a) => a.statusCode === 200,
      ).length;
    t.equal(await alive(), 2);
    const stranger = await signedIn(desk, 'operator');
    await stranger.get('/settings/sessions');
    t.equal(
      (await stranger.post(`/settings/sessions/${ids[1]}/ending`)).statusCode,
      404,
      'not those of others',
    );
    t.equal(await alive(), 2);
    await one.get('/settings/sessions');
    t.equal((await one.post('/settings/sessions/ending')).statusCode, 303);
    t.equal(await alive(), 1);
    t.equal((await one.get('/')).statusCode, 200);
    const theirs = await admin.get(`/settings/users/${id}/sessions`);
    t.match(theirs.body, /Sessions of <bdi>B<\/bdi>/);
    await admin.post(`/settings/users/${id}/sessions/ending`);
    t.equal(await alive(), 0);
  },
);

t.test('an administrator takes a lost factor from somebody, with a password of their own', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  const lost = await signedIn(desk);
  const { id, email } = await withApp(desk);
  await admin.get(`/settings/users/${id}/sessions`);
  const url = `/settings/users/${id}/second-factor/removal`;
  t.equal((await lost.post(url, { current: PASSWORD })).statusCode, 403);
  t.equal((await admin.post(url, { current: 'wrong wrong' })).statusCode, 422);
  t.equal((await admin.post(url, { current: PASSWORD })).statusCode, 303);
  t.match(
    await desk.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('kind', '=', 'second-factor-changed')
      .execute(),
    [{ actor_name: 'The admin', subject_user_id: id, detail: { what: 'factors-removed' } }],
    'the audit log says who it was',
  );
  t.equal((await lost.get('/')).statusCode, 303, 'their sessions have ended');
  await lost.signIn(email);
  t.equal((await lost.get('/')).statusCode, 200, 'the password alone is enough');
});
