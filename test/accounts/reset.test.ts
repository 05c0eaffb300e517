import t from 'tap';
import { accountQueue } from '../../src/accounts/mails.ts';
import { answerResets, MAILS_PER_ACCOUNT, REQUESTS_PER_CLIENT } from '../../src/accounts/reset/store.ts';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { Browser, PASSWORD, SECRETS, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { ACCOUNT } from '../mail-out/mail-out.fixture.ts';

const HOST = 'desk.example.com';
const NEW = 'another long password';

/** A desk that can mail, with one person. */
async function mailing(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t, { BASE_URL: `https://${HOST}` });
  await desk.db.transaction().execute((trx) => addAccount(trx, SECRETS, ACCOUNT));
  const inside = await signedIn(desk, 'operator', HOST);
  const { email } = await desk.db.selectFrom('users').select('email').executeTakeFirstOrThrow();
  const browser = new Browser(desk.app, HOST);
  await browser.get('/forgot-password');
  return { desk, inside, email, browser };
}

/** The link of the next mail that waits; undefined: none does. */
async function mailedLink({ db }: TestDesk): Promise<string | undefined> {
  const mail = await accountQueue(SECRETS).take(db);
  if (!mail) return undefined;
  await mail.settle({ state: 'sent', words: '250 ok' });
  const text = mail.raw.toString('latin1').replace(/=\r\n/g, '');
  return /https:\/\/[^\s]+\/new-password\/[\w-]{43}/.exec(text)?.[0];
}

t.test('a link sets a new password once, and ends every session', async (t) => {
  const { desk, inside, email, browser } = await mailing(t);
  t.match((await browser.get('/sign-in')).body, 'href="/forgot-password"');
  await browser.get('/forgot-password');
  t.match((await browser.post('/forgot-password', { email: email.toUpperCase() })).body, 'is on its way');
  t.equal(await answerResets(desk.desk), 1);
  const link = (await mailedLink(desk)) ?? '';
  t.equal(new URL(link).origin, `https://${HOST}`);
  const path = new URL(link).pathname;
  const row = await desk.db.selectFrom('password_resets').selectAll().executeTakeFirstOrThrow();
  t.notMatch(row.token_hash.toString('base64url'), path.slice(-43));
  t.equal((await browser.get(path)).statusCode, 200);
  t.equal((await browser.get(path)).statusCode, 200, 'looking uses nothing up');
  t.equal((await browser.post(path, { password: 'short' })).statusCode, 422);
  const done = await Promise.all([
    browser.post(path, { password: NEW }),
    browser.post(path, { password: NEW }),
  ]);
  t.strictSame(done.map(({ statusCode }) => statusCode).sort(), [303, 404], 'once');
  t.equal((await inside.get('/')).statusCode, 303, 'sessions have ended');
  t.equal((await browser.get('/')).statusCode, 303, 'and nobody is signed in by it');
  await browser.get('/sign-in');
  t.equal((await browser.post('/sign-in', { email, password: PASSWORD })).statusCode, 422);
  t.equal((await browser.post('/sign-in', { email, password: NEW })).statusCode, 303);
});

t.test('CVE-2026-124020: a foreign Host or forwarded host changes nothing in the link', async (t) => {
  const { desk, email, browser } = await mailing(t);
  const ask = (headers: Record<string, string>) =>
    desk.app.inject({
      method: 'POST',
      url: '/forgot-password',
      payload: new URLSearchParams({ _csrf: browser.csrf, email }).toString(),
      headers: {
        cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
    });
  t.equal((await ask({ host: 'evil.example.net' })).statusCode, 421);
  t.equal(await answerResets(desk.desk), 0);
  const forwarded = { 'x-forwarded-host': 'evil.example.net', forwarded: 'host=evil.example.net' };
  t.equal((await ask({ host: HOST, ...forwarded })).statusCode, 200);
  await answerResets(desk.desk);
  t.match(await mailedLink(desk), /^https:\/\/desk\.example\.com\/new-password\//);
});

t.test('CVE-2021-38562: an unknown address is answered alike, by the same work', async (t) => {
  const { desk, email, browser } = await mailing(t);
  const known = await browser.post('/forgot-password', { email });
  const unknown = await browser.post('/forgot-password', { email: 'nobody@example.com' });
  t.equal(known.statusCode, unknown.statusCode);
  const same = (body: string) => body.replaceAll(email, '').replaceAll('nobody@example.com', '');
  t.equal(same(known.body), same(unknown.body));
  t.equal((await desk.db.selectFrom('reset_requests').selectAll().execute()).length, 2);
  t.strictSame(await desk.db.selectFrom('account_mails').selectAll().execute(), [], 'the rest comes later');
  t.equal(await answerResets(desk.desk), 2);
  t.ok(await mailedLink(desk));
  t.equal(await mailedLink(desk), undefined, 'nothing goes to an address that nobody has');
});

t.test('an account gets a few mails an hour, a client is told when it asks for too many', async (t) => {
  const { desk, email, browser } = await mailing(t);
  for (let n = 0; n < REQUESTS_PER_CLIENT; n++)
    t.equal((await browser.post('/forgot-password', { email })).statusCode, 200);
  const refused = await browser.post('/forgot-password', { email });
  t.equal(refused.statusCode, 429);
  t.match(refused.body, /Wait an hour/);
  await answerResets(desk.desk);
  const mails = await desk.db.selectFrom('account_mails').select('id').execute();
  t.equal(mails.length, MAILS_PER_ACCOUNT);
});

t.test('a link stops after an hour, for who is shut out, and with any other that was used', async (t) => {
  const { desk, email, browser } = await mailing(t);
  const ask = async () => {
    await browser.post('/forgot-password', { email });
    await answerResets(desk.desk);
    return new URL((await mailedLink(desk)) ?? '').pathname;
  };
  const first = await ask();
  const second = await ask();
  await desk.db.updateTable('users').set({ disabled_at: new Date() }).execute();
  t.equal((await browser.post(first, { password: NEW })).statusCode, 404, 'shut out');
  await desk.db.updateTable('users').set({ disabled_at: null }).execute();
  await browser.get(second);
  t.equal((await browser.post(second, { password: NEW })).statusCode, 303);
  t.equal((await browser.get(first)).statusCode, 404);
  for (const used of [await browser.get(second), await browser.post(second, { password: NEW })]) {
    t.equal(used.statusCode, 404);
    t.match(used.body, 'href="/sign-in"', 'whoever opens a link again is led to where they sign in');
    t.match(used.body, 'action="/forgot-password"', 'or ask for another');
  }
  const third = await ask();
  await desk.db
    .updateTable('password_resets')
    .set({ expires_at: new Date(Date.now() - 1000) })
    .execute();
  t.equal((await browser.get(third)).statusCode, 404);
});

t.test('where no mail goes out, the page says what to do instead', async (t) => {
  const desk = await testDesk(t);
  const page = await new Browser(desk.app).get('/forgot-password');
  t.match(page.body, 'npm run -s desk -- user password --email');
  t.notMatch(page.body, '<form');
});

t.test('a key that cannot be opened any more stops no link: its mail is not signed', async (t) => {
  const { desk, email, browser } = await mailing(t);
  await desk.db
    .updateTable('sending_accounts')
    .set({ dkim_domain: 'example.com', dkim_selector: 'd', dkim_key: Buffer.from('of another machine') })
    .execute();
  await browser.post('/forgot-password', { email });
  t.equal(await answerResets(desk.desk), 1);
  t.ok(await mailedLink(desk));
});
