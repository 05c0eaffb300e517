import t from 'tap';
import { ATTEMPT_COOKIE, openAttempt, sealAttempt } from '../../src/accounts/oidc/attempt.ts';
import { readRoles, roleFrom } from '../../src/accounts/oidc/roles.ts';
import { addUser } from '../../src/accounts/store.ts';
import { Browser, PASSWORD, SECRETS, signedIn, testDesk } from '../desk.ts';
import { type Accounts, CLIENT, startProvider } from './provider.fixture.ts';
import { withApp } from './second-factor.fixture.ts';

const HOST = 'desk.example.com';
const PAGE = '/settings/sign-in-provider';

/** A desk with a provider beside it, which the administrator set up on the page. */
async function withProvider(
  t: Parameters<typeof testDesk>[0],
  accounts: Accounts,
  rules: Record<string, string> = {},
) {
  const provider = await startProvider(t, accounts);
  const desk = await testDesk(t, { BASE_URL: `https://${HOST}` });
  const admin = await signedIn(desk, 'admin', HOST);
  await admin.get(PAGE);
  const form = {
    version: '0',
    name: 'Harbour ID',
    issuer: provider.issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    scope: 'openid profile email',
    claim: 'groups',
    roles: 'postmasters = operator\nchiefs = admin',
    isOn: 'yes',
    mayBePrivate: 'yes',
    ...rules,
  };
  const saved = await admin.post(PAGE, form);
  /** One sign-in there, by whatever browser, up to the page that it ends at. */
  const signIn = async (as: string, browser = new Browser(desk.app, HOST), next = '/') => {
    const off = await browser.get(`/sign-in/provider?next=${encodeURIComponent(next)}`);
    const back = await provider.visit(String(off.headers.location), as);
    const answer = await browser.get(back.pathname + back.search);
    const at = String(answer.headers.location);
    return { browser, at, says: at === '/sign-in' ? (await browser.get('/sign-in')).body : '' };
  };
  const people = () =>
    desk.db
      .selectFrom('users')
      .select(['id', 'email', 'name', 'role', 'has_password'])
      .where('name', '<>', 'The admin')
      .orderBy('id')
      .execute();
  return { provider, desk, admin, form, saved, signIn, people };
}

t.test('values of a claim give the highest role that fits', async (t) => {
  const roles = readRoles('postmasters = operator\n\n cn=chiefs,dc=example = admin ');
  t.strictSame(roles[1], { value: 'cn=chiefs,dc=example', role: 'admin' });
  const given = { claim: 'realm.groups', roles, defaultRole: null };
  const groups = (...values: unknown[]) => ({ realm: { groups: values } });
  t.equal(roleFrom(groups('x', 'postmasters', 'cn=chiefs,dc=example'), given), 'admin');
  t.equal(roleFrom({ 'realm.groups': 'postmasters' }, given), 'operator', 'one value, and a name with a dot');
  t.equal(roleFrom(groups('x', { postmasters: 1 }, null), given), null);
  t.equal(roleFrom({}, { ...given, defaultRole: 'viewer' }), 'viewer');
  t.equal(roleFrom({ __proto__: { groups: 'postmasters' } }, { ...given, claim: 'groups' }), null);
  t.throws(() => readRoles('postmasters: operator'), /Line 1/);
});

t.test('the first sign-in makes an account; the role is looked at with each', async (t) => {
  const accounts: Accounts = {
    'sub-ada': { email: 'ada@example.com', email_verified: true, name: 'Ada', groups: ['postmasters'] },
    'sub-eve': { email: 'eve@example.com', name: 'Eve', groups: ['visitors'] },
  };
  const { desk, saved, signIn, people } = await withProvider(t, accounts);
  t.equal(saved.statusCode, 303, saved.body);
  const row = await desk.db.selectFrom('oidc_providers').selectAll().executeTakeFirstOrThrow();
  t.notMatch(row.client_secret_sealed?.toString('latin1'), CLIENT.secret, 'its secret is sealed');
  t.match((await new Browser(desk.app, HOST).get('/sign-in')).body, 'Sign in by Harbour ID');
  const first = await signIn('sub-ada', undefined, '/incidents?state=open');
  t.equal(first.at, '/incidents?state=open');
  t.equal((await first.browser.get('/settings')).statusCode, 200);
  t.match(await people(), [{ email: 'ada@example.com', name: 'Ada', role: 'operator', has_password: false }]);
  accounts['sub-ada'] = { ...accounts['sub-ada'], groups: ['chiefs'], email: 'ada@other.example' };
  t.equal((await signIn('sub-ada')).at, '/', 'known by issuer and subject, whatever the address');
  t.match(await people(), [{ email: 'ada@example.com', role: 'admin' }]);
  accounts['sub-ada'] = { ...accounts['sub-ada'], groups: [] };
  t.match((await signIn('sub-ada')).says, /nothing that it says of you gives a role here \(groups\)/);
  t.match((await signIn('sub-eve')).says, /Ask an administrator/);
  t.equal((await people()).length, 1, 'nobody was made');
  await desk.db.updateTable('users').set({ disabled_at: new Date() }).where('name', '=', 'Ada').execute();
  accounts['sub-ada'] = { ...accounts['sub-ada'], groups: ['postmasters'] };
  t.match((await signIn('sub-ada')).says, /may not sign in/);
});

t.test('an identity with somebody’s e-mail address does not get into their account', async (t) => {
  const accounts: Accounts = {
    'sub-mallory': { email: 'Mara@example.com', email_verified: true, groups: ['chiefs'] },
    'sub-mara': { email: 'mara@example.com', email_verified: true, groups: ['postmasters'] },
    'sub-unsure': { email: 'new@example.com', email_verified: false, groups: ['chiefs'] },
  };
  const { desk, provider, signIn, people } = await withProvider(t, accounts);
  const mara = await addUser(desk.db, {
    email: 'mara@example.com',
    name: 'Mara',
    role: 'viewer',
    password: PASSWORD,
  });
  const refused = await signIn('sub-mallory');
  t.match(refused.says, /There is an account for Mara@example.com already/);
  t.equal((await refused.browser.get('/settings')).statusCode, 303, 'and is not signed in');
  t.match((await signIn('sub-unsure')).says, /confirmed e-mail address/);
  t.match(await people(), [{ role: 'viewer' }], 'neither taken over nor made');
  t.strictSame(await desk.db.selectFrom('linked_identities').selectAll().execute(), []);

  const owner = new Browser(desk.app, HOST);
  await owner.signIn('mara@example.com');
  await owner.get('/settings/identities');
  const wrong = await owner.post('/settings/identities', { password: 'not the password' });
  t.equal(wrong.statusCode, 422);
  const asked = await owner.post('/settings/identities', { password: PASSWORD });
  const go = (/href="(http[^"]+\/auth\?[^"]+)"/.exec(asked.body)?.[1] ?? '')
    .replaceAll('&amp;', '&')
    .replaceAll('&#x3D;', '=');
  const back = await provider.visit(go, 'sub-mara');
  const other = new Browser(desk.app, HOST);
  other.cookies.set(ATTEMPT_COOKIE, owner.cookies.get(ATTEMPT_COOKIE) ?? '');
  t.equal(
    (await other.get(back.pathname + back.search)).headers.location,
    '/sign-in',
    'not without her session',
  );
  await owner.get('/settings/identities');
  await owner.post('/settings/identities', { password: PASSWORD });
  const again = (
    /href="(http[^"]+\/auth\?[^"]+)"/.exec(
      (await owner.post('/settings/identities', { password: PASSWORD })).body,
    )?.[1] ?? ''
  )
    .replaceAll('&amp;', '&')
    .replaceAll('&#x3D;', '=');
  const home = await provider.visit(again, 'sub-mara');
  t.equal((await owner.get(home.pathname + home.search)).headers.location, '/settings/identities');
  t.match((await owner.get('/settings/identities')).body, 'mara@example.com');
  t.equal((await signIn('sub-mara')).at, '/', 'now it signs her in');
  t.match((await signIn('sub-mallory')).says, /already/, 'and still nobody else');
  const { id } = await desk.db
    .selectFrom('linked_identities')
    .select('id')
    .where('user_id', '=', mara)
    .executeTakeFirstOrThrow();
  await owner.signIn('mara@example.com');
  await owner.get('/settings/identities');
  t.equal((await owner.post(`/settings/identities/${id}/removal`)).statusCode, 303);
  t.match((await signIn('sub-mara')).says, /already/);
});

t.test('a wrong state, nonce, issuer or verifier, a used code and a stale cookie are refused', async (t) => {
  const accounts: Accounts = {
    ada: { email: 'ada@example.com', name: 'Ada', groups: ['postmasters'] },
  };
  const { desk, provider, people } = await withProvider(t, accounts);
  const begin = async () => {
    const browser = new Browser(desk.app, HOST);
    const off = await browser.get('/sign-in/provider');
    const back = await provider.visit(String(off.headers.location), 'ada');
    const attempt = openAttempt(SECRETS, browser.cookies.get(ATTEMPT_COOKIE), new Date());
    if (!attempt) throw new Error('no attempt');
    const put = (changed: object) =>
      browser.cookies.set(ATTEMPT_COOKIE, sealAttempt(SECRETS, { ...attempt, ...changed }));
    const end = async () => {
      const answer = await browser.get(back.pathname + back.search);
      return answer.headers.location;
    };
    return { browser, back, put, end };
  };
  const state = await begin();
  state.back.searchParams.set('state', 'another');
  t.equal(await state.end(), '/sign-in', 'state');
  const issuer = await begin();
  t.equal(issuer.back.searchParams.get('iss'), provider.issuer);
  issuer.back.searchParams.set('iss', 'https://evil.example.net');
  t.equal(await issuer.end(), '/sign-in', 'issuer');
  for (const [what, changed] of Object.entries({
    nonce: { nonce: 'another' },
    verifier: { verifier: 'x'.repeat(43) },
    stale: { until: Date.now() - 1 },
  })) {
    const one = await begin();
    one.put(changed);
    t.equal(await one.end(), '/sign-in', what);
  }
  const bare = await begin();
  bare.browser.cookies.delete(ATTEMPT_COOKIE);
  t.equal(await bare.end(), '/sign-in', 'begun in another browser');
  const forged = await begin();
  forged.browser.cookies.set(ATTEMPT_COOKIE, 'AAAA');
  t.equal(await forged.end(), '/sign-in', 'a cookie that is not ours');
  t.strictSame(await people(), [], 'nobody got in');
  const right = await begin();
  const cookie = right.browser.cookies.get(ATTEMPT_COOKIE) ?? '';
  t.equal(await right.end(), '/');
  const second = new Browser(desk.app, HOST);
  second.cookies.set(ATTEMPT_COOKIE, cookie);
  t.equal((await second.get(right.back.pathname + right.back.search)).headers.location, '/sign-in', 'used');
  const failures = await desk.db
    .selectFrom('audit_entries')
    .select('detail')
    .where('kind', '=', 'sign-in-failed')
    .execute();
  t.ok(failures.length >= 5, 'the audit log says why');
  t.notMatch(JSON.stringify(failures), CLIENT.secret);
});

t.test('a second factor is asked for, unless the administrator leaves that to the provider', async (t) => {
  const accounts: Accounts = { ada: { email: 'ada@example.com', groups: ['postmasters'] } };
  const { desk, admin, form, signIn } = await withProvider(t, accounts);
  await signIn('ada');
  await withApp(desk);
  t.match((await signIn('ada')).at, /^\/sign-in\/second-factor/);
  await admin.get(PAGE);
  const { clientSecret: _, ...rest } = form;
  t.equal((await admin.post(PAGE, { ...rest, version: '1', skipsSecondFactor: 'yes' })).statusCode, 303);
  t.equal((await signIn('ada')).at, '/', 'and the secret was kept');
});

t.test(
  'what is entered of a provider is checked, and a private address needs the administrator’s word',
  async (t) => {
    const { admin, form, saved } = await withProvider(t, {}, { mayBePrivate: '' });
    t.equal(saved.statusCode, 422);
    t.match(saved.body, /Allow a private one if it is inside your network/);
    t.notMatch(saved.body, CLIENT.secret, 'a secret is never shown again');
    t.match(saved.body, 'value="Harbour ID"', 'the rest is');
    for (const [wrong, says] of [
      [{ issuer: 'ftp://id.example.com' }, /Must be an address such as/],
      [{ scope: 'profile' }, /openid must be among them/],
      [{ roles: 'x' }, /Line 1/],
      [{ claim: '' }, /Needed: the claim/],
      [{ issuer: 'http://127.0.0.1:9' }, /No provider was found there/],
      [{ version: '7' }, /changed this meanwhile/],
    ] as const) {
      const answer = await admin.post(PAGE, { ...form, mayBePrivate: 'yes', ...wrong });
      t.match(answer.body, says, JSON.stringify(wrong));
    }
  },
);

t.test('the button stays on the sign-in page after a password or a passkey that was wrong', async (t) => {
  const { desk } = await withProvider(t, {});
  const browser = new Browser(desk.app, HOST);
  await browser.get('/sign-in');
  const wrong = { next: '/incidents?state=open' };
  for (const [url, fields] of [
    ['/sign-in', { email: 'nobody@example.com', password: PASSWORD }],
    ['/sign-in/passkey', { passkey: '{}' }],
  ] as const) {
    const page = await browser.post(url, { ...wrong, ...fields });
    t.equal(page.statusCode, 422, url);
    t.match(page.body, 'Sign in by Harbour ID', url);
    t.match(page.body, '/sign-in/provider?next&#x3D;%2Fincidents%3Fstate%3Dopen', 'and leads on');
  }
});
