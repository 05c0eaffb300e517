import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import t, { type Test } from 'tap';
import { openSession, type Server, SmtpTrouble } from '../../src/mail-out/smtp.ts';
import { CANARY, HASTE, TO } from './mail-out.fixture.ts';

/** A certificate for 127.0.0.1, and its key. */
function certificate(t: Test): { cert: string; key: string } {
  const folder = t.testdir();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    `req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${cert} -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1`.split(
      ' ',
    ),
    { stdio: 'ignore' },
  );
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

async function listening(t: Test, options: SMTPServerOptions) {
  const logins: { method: string; secret: string; isSecure: boolean }[] = [];
  const got: string[] = [];
  const server = new SMTPServer({
    logger: false,
    ...options,
    authMethods: ['PLAIN', 'XOAUTH2'],
    onAuth(auth, session, done) {
      const secret = auth.password ?? auth.accessToken ?? '';
      logins.push({ method: auth.method, secret, isSecure: session.secure });
      if (secret === CANARY || secret === 'fresh-token') done(null, { user: 'desk' });
      else done(new Error('no'));
    },
    onData(stream, _session, done) {
      void text(stream).then((content) => {
        got.push(content);
        done(null, 'taken');
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, logins, got };
}

const RAW = Buffer.from('Subject: test\r\n\r\nHello.\r\n');
const send = async (server: Server, ca?: string) => {
  const session = await openSession(server, { ...HASTE, connectMs: 10_000, ...(ca ? { ca } : {}) });
  const sent = await session.send({ from: 'desk@harbour.example.com', to: [TO] }, RAW);
  session.end();
  return sent;
};

t.test(
  'a password goes over an encrypted line to a server whose certificate is verified, and to no other',
  async (t) => {
    const { cert, key } = certificate(t);
    const login = { kind: 'password', user: 'desk', password: CANARY } as const;
    for (const security of ['starttls', 'tls'] as const) {
      const smtp = await listening(t, { key, cert, secure: security === 'tls' });
      const server = { host: '127.0.0.1', port: smtp.port, security, login };
      await t.rejects(
        send(server),
        { name: 'SmtpTrouble', words: /certificate/i, isContentBegun: false },
        security,
      );
      t.strictSame(smtp.logins, [], 'nobody logged in');
      t.match(await send(server, cert), { words: /taken/, refused: [] });
      t.strictSame(smtp.logins, [{ method: 'PLAIN', secret: CANARY, isSecure: true }]);
      t.strictSame(smtp.got, [RAW.toString()]);
    }
  },
);

t.test(
  'OAuth 2: the refresh token buys a token, which the server gets; a refusal is in plain words',
  async (t) => {
    const smtp = await listening(t, { hideSTARTTLS: true, allowInsecureAuth: true });
    const asked: string[] = [];
    let answer: [status: number, body: object] = [200, { access_token: 'fresh-token', expires_in: 3600 }];
    const tokens = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push(body);
        response.writeHead(answer[0], { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer[1]));
      });
    });
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
    t.teardown(() => tokens.close());
    const login = {
      kind: 'oauth2',
      user: 'desk@harbour.example.com',
      clientId: 'client',
      clientSecret: 'canary-client-secret',
      refreshToken: 'canary-refresh-token',
      tokenUrl: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
    } as const;
    const server: Server = { host: '127.0.0.1', port: smtp.port, security: 'none', login };
    t.match(await send(server), { words: /taken/ });
    t.match(Object.fromEntries(new URLSearchParams(asked[0])), {
      grant_type: 'refresh_token',
      refresh_token: 'canary-refresh-token',
      client_id: 'client',
      client_secret: 'canary-client-secret',
    });
    t.match(smtp.logins, [{ method: 'XOAUTH2', secret: 'fresh-token' }]);
    answer = [400, { error: 'invalid_grant', error_description: 'canary-refresh-token has expired' }];
    const refused = await send(server).catch((error) => error);
    t.ok(refused instanceof SmtpTrouble);
    t.match(refused.words, /invalid_grant: … has expired/);
  },
);
