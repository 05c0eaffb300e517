import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { accessToken, whyNotTokenUrl } from '../../src/mail-in/mailboxes/access-token.ts';
import { keepRefreshToken } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { testDatabase } from '../database.ts';
import { addTo, mailbox, SECRETS, settings } from './mailbox.fixture.ts';

async function tokenServer(t: Parameters<typeof testDatabase>[0], status: number, body: string) {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      asked.push(new URLSearchParams(text));
      response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { tokenUrl: `http://127.0.0.1:${port}/token`, asked };
}
const GRANT = { clientId: 'desk', clientSecret: 'canary-1', refreshToken: 'canary-2' };

t.test(
  'an access token is asked for with the refresh token, and another refresh token is kept sealed',
  async (t) => {
    const body = JSON.stringify({ access_token: 'a1', refresh_token: 'r2', expires_in: 3600 });
    const { tokenUrl, asked } = await tokenServer(t, 200, body);
    t.strictSame(await accessToken({ ...GRANT, tokenUrl }), { accessToken: 'a1', refreshToken: 'r2' });
    t.strictSame(Object.fromEntries(asked[0] ?? []), {
      grant_type: 'refresh_token',
      refresh_token: 'canary-2',
      client_id: 'desk',
      client_secret: 'canary-1',
    });
    const db = await testDatabase(t);
    const id = await addTo(db, settings(993, { auth: 'oauth2', clientId: 'desk', tokenUrl, secret: 'r1' }));
    await keepRefreshToken(db, SECRETS, await mailbox(db, id), 'r2');
    t.equal(SECRETS.open('mailboxes.secret', (await mailbox(db, id)).secret), 'r2');
  },
);

t.test('what goes wrong is told in words that hold no secret', async (t) => {
  for (const [status, body, words] of [
    [
      400,
      '{"error":"invalid_grant","error_description":"Token has been revoked."}',
      /gives no token: Token has been/,
    ],
    [200, '{"access_token":""}', /gives no token: status 200/],
    [200, '[1]', /gives no token/],
    [302, '', /could not be asked/],
    [200, `{"access_token":"${'x'.repeat(70_000)}"}`, /more than a token/],
  ] as [number, string, RegExp][]) {
    const { tokenUrl } = await tokenServer(t, status, body);
    const failure = await accessToken({ ...GRANT, tokenUrl }).then(
      () => '',
      (error: Error) => error.message,
    );
    t.match(failure, words);
    t.notMatch(failure, /canary/);
  }
  for (const url of [
    'http://login.example.com/',
    'https://a:b@login.example.com/',
    'ftp://x',
    'x',
    'file:///etc/passwd',
  ])
    t.type(whyNotTokenUrl(url), 'string', url);
  t.equal(whyNotTokenUrl('https://login.example.com/oauth2/token'), undefined);
});
