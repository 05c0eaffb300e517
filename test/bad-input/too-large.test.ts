import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { BOOTSTRAP, type Browser, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { cookiesOf, multipart, noInsides, nothingWritten, plainOf } from './bad-input.fixture.ts';

const FIFTY = 50 * 1024 * 1024;

type Answer = { status: number; type: string; body: string; sent: boolean };

/** A client as most are: it writes its whole body first, and reads the answer after. */
function send(desk: TestDesk, path: string, headers: Record<string, string>, body: Buffer): Promise<Answer> {
  const { port } = desk.app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    let sent = false;
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        headers: { ...headers, 'content-length': String(body.length) },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            type: String(answer.headers['content-type']),
            body: Buffer.concat(chunks).toString(),
            sent,
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body, () => {
      sent = true;
    });
  });
}

async function listening(t: Parameters<typeof testDesk>[0]): Promise<{ desk: TestDesk; browser: Browser }> {
  const desk = await testDesk(t);
  await desk.app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await signedIn(desk);
  await browser.get('/log');
  return { desk, browser };
}

t.test('50 MB are met with a page that says so, not with a connection that breaks', async (t) => {
  const { desk, browser } = await listening(t);
  const large = Buffer.alloc(FIFTY, 'x\n');
  const forms = {
    'a file': multipart([
      { name: '_csrf', value: browser.csrf },
      { name: 'file', value: large, file: 'mail.log' },
    ]),
    'a pasted text in a form with files': multipart([
      { name: '_csrf', value: browser.csrf },
      { name: 'report', value: large },
    ]),
    'a pasted text': {
      payload: Buffer.concat([Buffer.from(`_csrf=${encodeURIComponent(browser.csrf)}&report=`), large]),
      type: 'application/x-www-form-urlencoded',
    },
  };
  for (const [what, { payload, type }] of Object.entries(forms))
    for (const path of ['/log', '/log/read', '/log/preview']) {
      const answer = await nothingWritten(t, desk.db, `${what} to ${path}`, () =>
        send(desk, path, { 'content-type': type, cookie: cookiesOf(browser) }, payload),
      );
      t.equal(answer.status, 413, `${what} to ${path}`);
      t.match(answer.type, 'text/html', what);
      t.match(plainOf(answer.body), /Too large.*Send a smaller part\. Nothing was stored/, what);
      noInsides(t, answer.body, what);
    }
});

t.test('50 MB over the API are a problem that says so', async (t) => {
  const { desk } = await listening(t);
  await desk.api('POST', '/incidents', { report: 'x', provider: 'gmail', addresses: ['203.0.113.7'] });
  const bodies = [
    ['/api/v1/incidents', 'application/json', JSON.stringify({ report: 'x'.repeat(FIFTY) })],
    ['/api/v1/parse', 'application/json', JSON.stringify({ text: 'x'.repeat(FIFTY) })],
    ['/api/v1/incidents/1/messages', 'message/rfc822', 'x'.repeat(FIFTY)],
    ['/api/v1/snds/imports', 'text/csv', 'x'.repeat(FIFTY)],
    ['/api/v1/complaints', 'message/rfc822', 'x'.repeat(FIFTY)],
    ['/api/v1/incidents/1/notes', 'application/json', JSON.stringify({ text: 'x'.repeat(FIFTY) })],
  ] as const;
  for (const [path, type, text] of bodies) {
    const answer = await nothingWritten(t, desk.db, path, () =>
      send(desk, path, { 'content-type': type, authorization: `Bearer ${BOOTSTRAP}` }, Buffer.from(text)),
    );
    t.equal(answer.status, 413, path);
    t.match(answer.type, 'application/problem+json', path);
    t.match(JSON.parse(answer.body), { type: '/problems#too-large', detail: /larger than/ }, path);
  }
});

t.test('what nobody signed in sends is not taken in', async (t) => {
  const { desk } = await listening(t);
  const answer = await nothingWritten(t, desk.db, 'anonymous', () =>
    send(desk, '/log', { 'content-type': 'application/x-www-form-urlencoded' }, Buffer.alloc(FIFTY, 'x')),
  );
  t.equal(answer.status, 401);
  t.match(plainOf(answer.body), /Sign in, then send it again/);
});

/** Sends in chunks, without saying how much will come, until it is answered. */
function sendEndlessly(desk: TestDesk, path: string, headers: Record<string, string>): Promise<number> {
  const { port } = desk.app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (answer) => {
      resolve(answer.statusCode ?? 0);
      asked.destroy();
    });
    asked.on('error', reject);
    asked.write('--b\r\ncontent-disposition: form-data; name="report"\r\n\r\n');
    asked.write(Buffer.alloc(64 * 1024, 'x'));
  });
}

t.test('what does not say how much it brings is answered before it has come', async (t) => {
  const { desk, browser } = await listening(t);
  const form = { 'content-type': 'multipart/form-data; boundary=b' };
  t.equal(await sendEndlessly(desk, '/log', form), 401, 'without a session');
  t.equal(await sendEndlessly(desk, '/sign-in', form), 413, 'on a page for everybody');
  t.equal(await sendEndlessly(desk, '/log', { ...form, cookie: cookiesOf(browser) }), 413);
});
