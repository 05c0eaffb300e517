import t from 'tap';
import { networkOf } from '../../src/accounts/alerts/known-clients.ts';
import { browserWords } from '../../src/accounts/sessions/browser.ts';
import { addUser } from '../../src/accounts/store.ts';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { Browser, PASSWORD, SECRETS, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { ACCOUNT } from '../mail-out/mail-out.fixture.ts';
import { atSecondFactor, withApp } from './second-factor.fixture.ts';

const sendsMail = ({ db }: TestDesk) =>
  db.transaction().execute((trx) => addAccount(trx, SECRETS, { ...ACCOUNT, security: 'tls' }));
const mails = async ({ db }: TestDesk) =>
  (
    await db
      .selectFrom('notice_mails')
      .select(['subject', 'envelope_recipients', 'raw'])
      .orderBy('id')
      .execute()
  ).map(({ raw, ...mail }) => ({ ...mail, text: raw.toString().replaceAll('=\r\n', '') }));
const subjects = async (desk: TestDesk) => (await mails(desk)).map(({ subject }) => subject.slice(13));

async function signInFrom(desk: TestDesk, email: string, address: string, userAgent: string) {
  const browser = new Browser(desk.app);
  await browser.get('/sign-in');
  return desk.app.inject({
    method: 'POST',
    url: '/sign-in',
    remoteAddress: address,
    headers: {
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': userAgent,
    },
    payload: new URLSearchParams({ _csrf: browser.csrf, email, password: PASSWORD }).toString(),
  });
}
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

t.test(
  'a sign-in from a network or browser that is new is mailed, unless its person wants none',
  async (t) => {
    const desk = await testDesk(t);
    const email = 'a@example.com';
    await addUser(desk.db, {
      email,
      name: 'A',
      role: 'viewer',
      password: PASSWORD,
      timeZone: 'Europe/Berlin',
    });
    const from = (address: string, browser: string) => signInFrom(desk, email, address, browser);
    await from('192.0.2.7', FIREFOX);
    await from('203.0.113.9', FIREFOX);
    t.strictSame(await mails(desk), [], 'nothing where no account is there to send by');
    await sendsMail(desk);
    await from('192.0.2.99', FIREFOX.replaceAll('140', '141'));
    t.strictSame(await mails(desk), [], 'the same network and browser, after an update');
    await from('192.0.2.7', SAFARI);
    await from('198.51.100.7', FIREFOX);
    await from('198.51.100.8', FIREFOX);
    const told = await mails(desk);
    t.match(told, [
      {
        subject: 'Delist Desk: New sign-in',
        envelope_recipients: [email],
        text: /From: 192\.0\.2\.7\r\nWith: Safari on an iPhone/,
      },
      { text: /From: 198\.51\.100\.7\r\nWith: Firefox on Linux/ },
    ]);
    t.equal(told.length, 2);
    t.match(told[0]?.text, /UTC\+0[12]:00/, 'in the person’s zone');
    t.notMatch(told[0]?.text, PASSWORD);
    await desk.db.updateTable('users').set({ takes_sign_in_alerts: false }).execute();
    await from('2001:db8::7', FIREFOX);
    t.equal((await mails(desk)).length, 2, 'they want none');
  },
);

t.test('changes of password and factors are always mailed', async (t) => {
  const desk = await testDesk(t);
  await sendsMail(desk);
  const browser = await signedIn(desk);
  await desk.db.updateTable('users').set({ takes_sign_in_alerts: false }).execute();
  const { email, recovery } = await withApp(desk);
  await browser.get('/settings/account');
  await browser.post('/settings/password', { current: PASSWORD, password: 'another horse battery' });
  await browser.post('/settings/password', { current: 'another horse battery', password: PASSWORD });
  const { browser: next } = await atSecondFactor(desk, email);
  await next.post('/sign-in/second-factor', { code: recovery[0] ?? '' });
  const { browser: guesser } = await atSecondFactor(desk, email);
  for (let n = 0; n < 5; n++) await guesser.post('/sign-in/second-factor', { code: '123456' });
  await next.get('/settings/second-factor');
  await next.post('/settings/second-factor/recovery-codes', { current: PASSWORD });
  await next.post('/settings/second-factor/key/removal', { current: PASSWORD });
  t.strictSame(await subjects(desk), [
    'Password changed',
    'Password changed',
    'Recovery code used',
    'Wrong codes after the right password',
    'New recovery codes',
    'Code app removed',
  ]);
  t.match((await mails(desk))[2]?.text, '9 are left');
});

t.test('networks and browsers, as people know them', async (t) => {
  t.strictSame(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8:1:2::7', 'fe80::1%eth0'].map(networkOf), [
    '192.0.2.0/24',
    '192.0.2.0/24',
    '2001:db8:1::/48',
    'fe80::/48',
  ]);
  t.strictSame(
    [
      FIREFOX,
      SAFARI,
      `${FIREFOX.replace('Firefox', 'Chrome')} Safari/537.36 Edg/140.0`,
      'curl/8.14.1',
      'x',
      '',
    ].map(browserWords),
    [
      'Firefox on Linux',
      'Safari on an iPhone',
      'Edge on Linux',
      'curl',
      'another program',
      'a program that does not say',
    ],
  );
});
