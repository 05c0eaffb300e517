import t from 'tap';
import { stepAt, stepOfCode, toBase32, totpCode } from '../../src/accounts/second-factor/totp.ts';
import { PASSWORD, signedIn, testDesk } from '../desk.ts';
import { atSecondFactor, withApp } from './second-factor.fixture.ts';

t.test('codes are those of RFC 6238, appendix B', async (t) => {
  const secret = toBase32(Buffer.from('12345678901234567890'));
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [20000000000, '353130'],
  ] as const)
    t.equal(totpCode(secret, stepAt(new Date(seconds * 1000))), code);
  const now = new Date(1234567890_000);
  const here = stepAt(now);
  t.strictSame(
    [-2, -1, 0, 1, 2].map((off) => stepOfCode(secret, totpCode(secret, here + off), now, 0)),
    [undefined, here - 1, here, here + 1, undefined],
    'one step before and after',
  );
  t.equal(stepOfCode(secret, totpCode(secret, here), now, here), undefined, 'a used step is no longer one');
});

t.test('a password with a second factor opens no session: the code does, once, and leads on', async (t) => {
  const desk = await testDesk(t);
  await signedIn(desk);
  const { email, code } = await withApp(desk);
  await desk.db.deleteFrom('sessions').execute();
  const { browser, answer } = await atSecondFactor(desk, email, '/incidents?state=open');
  t.equal(answer.headers.location, '/sign-in/second-factor?next=%2Fincidents%3Fstate%3Dopen');
  t.equal(browser.cookies.get('dd_session'), undefined);
  t.equal((await browser.get('/')).headers.location, '/sign-in', 'what waits opens nothing');
  await browser.get('/sign-in/second-factor');
  const wrong = await browser.post('/sign-in/second-factor', {
    code: '000 000',
    next: '/incidents?state=open',
  });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /This code is wrong/);
  t.match(wrong.body, /name="next" value="\/incidents\?state&#x3D;open"/);
  const right = code();
  const done = await browser.post('/sign-in/second-factor', { code: right, next: '/incidents?state=open' });
  t.equal(done.headers.location, '/incidents?state=open');
  t.equal((await browser.get('/')).statusCode, 200);
  t.strictSame(await desk.db.selectFrom('pending_sign_ins').selectAll().execute(), []);
  t.strictSame(
    await desk.db.selectFrom('sign_in_failures').selectAll().execute(),
    [],
    'failures are forgotten',
  );

  const again = await atSecondFactor(desk, email);
  t.equal((await again.browser.post('/sign-in/second-factor', { code: right })).statusCode, 422, 'replayed');
  t.equal((await again.browser.post('/sign-in/second-factor', { code: code(1) })).statusCode, 303);
});

t.test('of two who send one code at the same moment, one gets in', async (t) => {
  const desk = await testDesk(t);
  await signedIn(desk);
  const { email, code } = await withApp(desk);
  const both = [await atSecondFactor(desk, email), await atSecondFactor(desk, email)];
  const right = code();
  const answers = await Promise.all(
    both.map(({ browser }) => browser.post('/sign-in/second-factor', { code: right })),
  );
  t.strictSame(answers.map((answer) => answer.statusCode).sort(), [303, 422]);
});

t.test('a recovery code is used up by signing in', async (t) => {
  const desk = await testDesk(t);
  await signedIn(desk);
  const { email, recovery } = await withApp(desk);
  t.equal(recovery.length, 10);
  t.notMatch(
    JSON.stringify(await desk.db.selectFrom('recovery_codes').selectAll().execute()),
    recovery[0] ?? '-',
    'kept as a hash',
  );
  const typed = (recovery[0] ?? '').toLowerCase().replaceAll('-', ' ');
  const first = await atSecondFactor(desk, email);
  t.equal((await first.browser.post('/sign-in/second-factor', { code: typed })).statusCode, 303);
  const second = await atSecondFactor(desk, email);
  t.equal((await second.browser.post('/sign-in/second-factor', { code: typed })).statusCode, 422);
});

t.test(
  'guessing codes ends: five to a sign-in, ten to an account, and the password buys no more',
  async (t) => {
    const desk = await testDesk(t);
    await signedIn(desk);
    const { email, code } = await withApp(desk);
    const guess = async () => {
      const { browser } = await atSecondFactor(desk, email);
      const answers = [];
      for (let n = 0; n < 5; n++)
        answers.push(await browser.post('/sign-in/second-factor', { code: '123456' }));
      return { browser, last: answers.at(-1) };
    };
    const first = await guess();
    t.equal(first.last?.headers.location, '/sign-in');
    t.match((await first.browser.get('/sign-in')).body, /Too many wrong codes/);
    t.equal(
      (await first.browser.post('/sign-in/second-factor', { code: code() })).headers.location,
      '/sign-in',
    );
    await guess();
    const { answer } = await atSecondFactor(desk, email);
    t.equal(answer.statusCode, 429);
    t.match(answer.body, /Wait 15 minutes/);
  },
);

t.test('many guesses at the same moment are no more than one after the other', async (t) => {
  const desk = await testDesk(t);
  await signedIn(desk);
  const { email } = await withApp(desk);
  const browsers = [];
  for (let n = 0; n < 4; n++) browsers.push((await atSecondFactor(desk, email)).browser);
  const answers = await Promise.all(
    browsers.flatMap((browser) =>
      Array.from({ length: 5 }, () => browser.post('/sign-in/second-factor', { code: '123456' })),
    ),
  );
  const refused = answers.filter(({ statusCode }) => statusCode === 429).length;
  t.ok(refused >= 10, `${refused} of 20 are not even looked at`);
});

t.test('what was typed when the session expired survives both steps', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const { email, code } = await withApp(desk);
  const carried = JSON.stringify({
    path: '/incidents/1/notes',
    fields: [{ name: 'text', value: 'half an hour' }],
  });
  await browser.post('/sign-out');
  await browser.get('/sign-in');
  const asked = await browser.post('/sign-in', { email, password: PASSWORD, carried });
  t.equal(asked.statusCode, 200);
  t.match(asked.body, /name="carried" value="[^"]*half an hour/);
  browser.csrf = /name="_csrf" value="([^"]+)"/.exec(asked.body)?.[1] ?? '';
  const done = await browser.post('/sign-in/second-factor', { code: code(), carried });
  t.match(done.body, /half an hour/);
  t.match(done.body, /The operator/, 'signed in');
});

t.test('session-fixation: the second factor gives a new session and ends the one before', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  const { email, code } = await withApp(desk);
  const before = browser.cookies.get('dd_session');
  await browser.post('/sign-in', { email, password: PASSWORD });
  t.equal(browser.cookies.get('dd_session'), before, 'not by the password alone');
  const pending = browser.cookies.get('dd_pending');
  await browser.get('/sign-in/second-factor');
  await browser.post('/sign-in/second-factor', { code: code() });
  const after = browser.cookies.get('dd_session');
  t.notOk([before, pending, undefined].includes(after));
  t.equal(browser.cookies.get('dd_pending'), undefined);
  t.equal((await desk.db.selectFrom('sessions').selectAll().execute()).length, 1);
});

t.test(
  'a sign-in that waits ends with a change of password, with its time, and with the account',
  async (t) => {
    const desk = await testDesk(t);
    const browser = await signedIn(desk);
    const { email, code } = await withApp(desk);
    const waiting = async () => (await atSecondFactor(desk, email)).browser;
    const isOver = async (waits: Awaited<ReturnType<typeof waiting>>, what: string) => {
      const answer = await waits.post('/sign-in/second-factor', { code: code() });
      t.equal(answer.headers.location, '/sign-in', what);
      t.equal(waits.cookies.get('dd_session'), undefined, what);
    };
    const late = await waiting();
    await desk.db.updateTable('pending_sign_ins').set({ expires_at: new Date() }).execute();
    await isOver(late, 'after ten minutes');
    const shut = await waiting();
    await desk.db.updateTable('users').set({ disabled_at: new Date() }).execute();
    await isOver(shut, 'who may no longer sign in');
    await desk.db.updateTable('users').set({ disabled_at: null }).execute();
    const stale = await waiting();
    await browser.get('/settings/account');
    await browser.post('/settings/password', { current: PASSWORD, password: 'another horse battery' });
    await isOver(stale, 'its password is no longer right');
  },
);
