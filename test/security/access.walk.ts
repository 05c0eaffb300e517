import type { Test } from 'tap';
import { createToken } from '../../src/accounts/token-store.ts';
import type { Role } from '../../src/database/tables.ts';
import { type Access, reaches } from '../../src/web/access.ts';
import { API } from '../../src/web/api.ts';
import { cookiesOf } from '../bad-input/bad-input.fixture.ts';
import { BOOTSTRAP, Browser, signedIn } from '../desk.ts';
import type { Walk, WalkedDesk } from './walked-desk.fixture.ts';

/** What is open to everybody, and why it may be. */
export const OPEN: Record<string, string> = {
  'GET /assets/*': 'style sheets and scripts of ours',
  'GET /calendar/:secret.ics': 'by its secret address alone, which a calendar program keeps',
  'GET /healthz': 'says that we live, and nothing more',
  'GET /readyz': 'says whether more requests should be sent here, and nothing more',
  'GET /forgot-password': 'for whoever cannot sign in',
  'GET /invitation/:secret': 'by the secret link that was given to whoever is invited',
  'GET /new-password/:secret': 'by the secret link that was mailed',
  'GET /sign-in/provider': 'leads to the provider of identities',
  'GET /sign-in/provider/callback': 'from there, with a sealed cookie',
  'GET /sign-in/second-factor': 'after the password, with a cookie that says so',
  'POST /forgot-password': 'for whoever cannot sign in',
  'POST /invitation/:secret': 'by the secret link that was given to whoever is invited',
  'POST /new-password/:secret': 'by the secret link that was mailed',
  'POST /sign-in/second-factor': 'after the password, with a cookie that says so',
  'GET /set-up/:secret': 'by the secret link of the first start',
  'GET /shared/*': 'by the secret link that somebody made',
  'GET /sign-in': 'how to come in',
  'POST /set-up/:secret': 'by the secret link of the first start',
  'POST /sign-in': 'how to come in',
  'POST /sign-in/passkey': 'how to come in',
  'POST /sign-in/passkey/challenge': 'what a passkey has to sign',
  'POST /sign-out': 'ends the session that is sent along, if there is one',
};

const ROLES: Role[] = ['viewer', 'operator', 'admin'];
/** By what somebody is known: a browser's session, a token of the API, nothing at all. */
const MEANS = ['session', 'token', 'none'] as const;
type Means = (typeof MEANS)[number];

type Outcome = 'in' | 'refused' | 'unknown';

/** The API, and figures for programs. */
const takesTokens = (url: string) => url.startsWith(API) || url === '/metrics';

/** What a route owes to whom, as data: by its access, whether it takes tokens, the role and the means. */
function owed(access: Access, isOfTokens: boolean, role: Role, means: Means): Outcome {
  if (means === 'none' || (means === 'token' && !isOfTokens)) return 'unknown';
  return access === 'public' || reaches(role, access) ? 'in' : 'refused';
}

type Answer = { statusCode: number; headers: Record<string, unknown>; body: string };

function seen({ statusCode, headers }: Answer): Outcome {
  if (statusCode === 401 || (statusCode === 303 && String(headers['location']).startsWith('/sign-in')))
    return 'unknown';
  return statusCode === 403 ? 'refused' : 'in';
}

/** Whoever asks, with all that they have to show. */
type Asker = { role: Role; means: Means; browser: Browser; bearer: string };

async function askersAt(walked: WalkedDesk): Promise<Asker[]> {
  const at = { ...walked.desk, app: walked.app };
  const nobody = new Browser(walked.app);
  await nobody.get('/sign-in');
  const askers: Asker[] = [{ role: 'viewer', means: 'none', browser: nobody, bearer: '' }];
  for (const role of ROLES) {
    const scope = ({ viewer: 'read', operator: 'write', admin: 'admin' } as const)[role];
    const { secret } = await createToken(walked.desk.db, { name: role, scope, createdBy: null });
    askers.push({ role, means: 'session', browser: await signedIn(at, role), bearer: '' });
    askers.push({ role, means: 'token', browser: nobody, bearer: secret });
  }
  return askers;
}

/** Asks a route with an empty body, and with the CSRF token where there is a session to have one. */
const ask = (app: WalkedDesk['app'], { method }: Walk, path: string, { means, browser, bearer }: Asker) =>
  app.inject({
    method,
    url: path,
    headers: {
      cookie: cookiesOf(browser),
      ...(means === 'token' ? { authorization: `Bearer ${bearer}` } : {}),
      ...(method === 'GET' ? {} : { 'x-csrf-token': browser.csrf }),
    },
    ...(method === 'GET' || path.startsWith(API) ? {} : { payload: {} }),
  });

/** A number that there is not, so that what is let in changes as little as it can. */
export const nowhere = (url: string) =>
  url
    .replace(':owner/:round/:language', 'nobody/first/en')
    .replace(/:(key|place|subject)/g, 'nobody')
    .replace(/:\w+/g, '999999')
    .replace('*', '192.0.2.99');

/** A stream of events would not end, and of exports one is made at a time. */
const walkedBy = ({ url, access }: Walk) => access !== 'public' && url !== '/events' && !/\/export/.test(url);

export async function everyRouteForEverybody(t: Test, walked: WalkedDesk): Promise<void> {
  const { app, routes } = walked;
  const open = routes.filter(({ access }) => access === 'public');
  t.strictSame(open.map(({ method, url }) => `${method} ${url}`).sort(), Object.keys(OPEN).sort());
  const askers = await askersAt(walked);
  const wrong: string[] = [];
  let cases = 0;
  for (const route of routes.filter(walkedBy))
    for (const asker of askers) {
      // No token opens a page; that of an administrator stands for all.
      if (asker.means === 'token' && asker.role !== 'admin' && !takesTokens(route.url)) continue;
      const expected = owed(route.access, takesTokens(route.url), asker.role, asker.means);
      const answer = seen(await ask(app, route, nowhere(route.url), asker));
      cases += 1;
      if (answer !== expected)
        wrong.push(
          `${route.method} ${nowhere(route.url)} as ${asker.role} by ${asker.means}: ${answer}, not ${expected}`,
        );
    }
  t.strictSame(wrong, []);
  t.ok(cases > 1800, `${cases} cases`);
}

/** No form and no call of the API counts without the token of the session that it is sent with. */
export async function nothingWithoutItsToken(t: Test, walked: WalkedDesk): Promise<void> {
  const { app, admin, routes } = walked;
  const cookie = cookiesOf(admin);
  const wrong: string[] = [];
  for (const { method, url } of routes.filter((route) => route.method !== 'GET')) {
    const isApi = url.startsWith(API);
    const answer = await app.inject({
      method,
      url: nowhere(url),
      headers: {
        cookie,
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
        'content-type': isApi ? 'application/json' : 'application/x-www-form-urlencoded',
        ...(isApi ? { 'x-csrf-token': 'made-up' } : {}),
      },
      payload: isApi ? '{}' : '_csrf=made-up',
    });
    if (answer.statusCode !== 403) wrong.push(`${method} ${url}: ${answer.statusCode}`);
  }
  t.strictSame(wrong, []);
}

/** Without a session there is no way round either: a bearer with cookies of somebody counts as the bearer. */
export async function aTokenIsNoSession(t: Test, walked: WalkedDesk): Promise<void> {
  const viewer = await createToken(walked.desk.db, { name: 'r', scope: 'read', createdBy: null });
  const answer = await walked.app.inject({
    method: 'POST',
    url: `${API}/incidents/1/notes`,
    headers: { cookie: cookiesOf(walked.admin), authorization: `Bearer ${viewer.secret}` },
    payload: { text: 'x' },
  });
  t.equal(answer.statusCode, 403, 'an admin’s cookie beside it lends it nothing');
  const page = await walked.app.inject({ url: '/', headers: { authorization: `Bearer ${BOOTSTRAP}` } });
  t.equal(page.statusCode, 303, 'and a token opens no page');
}
