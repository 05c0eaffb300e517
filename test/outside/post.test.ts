import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { GetFailed } from '../../src/outside/get.ts';
import { openPost, type PostOptions } from '../../src/outside/post.ts';
import { type Answer, CERTIFICATE, serveHttps } from './https.fixture.ts';

const OPTIONS: PostOptions = {
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"a":1}'),
  addresses: ['127.0.0.1'],
  longestMs: 3000,
  mostBytes: 100,
};
const failure = (posted: Promise<unknown>) =>
  posted.then(
    () => 'it was answered',
    (error) => (error instanceof GetFailed ? [error.why, error.code] : error),
  );

async function servePlain(t: Test, answer: Answer): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

t.test('a body goes to the address it is tied to, under its own name, by TLS that is verified', async (t) => {
  const seen: unknown[] = [];
  const port = await serveHttps(t, (request, response) => {
    request.on('data', (chunk) => seen.push(String(chunk)));
    request.on('end', () => {
      seen.push(request.method, request.headers.host, request.headers['content-length']);
      response.writeHead(202, { 'retry-after': '7' }).end('taken');
    });
  });
  const url = new URL(`https://mta-sts.example.com:${port}/hooks?a=b`);
  t.match(await openPost({ trusts: CERTIFICATE })(url, OPTIONS), {
    status: 202,
    headers: { 'retry-after': '7' },
    body: Buffer.from('taken'),
    isCut: false,
  });
  t.strictSame(seen, ['{"a":1}', 'POST', `mta-sts.example.com:${port}`, '7']);
  t.strictSame(await failure(openPost()(url, OPTIONS)), ['unreachable', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
  const other = new URL(`https://other.example.com:${port}/`);
  t.strictSame(await failure(openPost({ trusts: CERTIFICATE })(other, OPTIONS)), [
    'unreachable',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ]);
});

t.test('threat 15: a redirect is an answer, and is not followed', async (t) => {
  let asked = 0;
  const port = await servePlain(t, (_request, response) => {
    asked += 1;
    response.writeHead(307, { location: `http://127.0.0.1:${port}/again` }).end();
  });
  t.match(await openPost()(new URL(`http://hooks.example.com:${port}/`), OPTIONS), { status: 307 });
  t.equal(asked, 1);
});

t.test('an answer without end is cut off; what counts came before', async (t) => {
  const flooding = await servePlain(t, (_request, response) => {
    response.on('error', () => {});
    const more = () => {
      while (response.write(Buffer.alloc(100_000, 'x')));
      response.once('drain', more);
    };
    more();
  });
  const flooded = await openPost()(new URL(`http://hooks.example.com:${flooding}/`), OPTIONS);
  t.match(flooded, { status: 200, isCut: true });
  t.equal(flooded.body.length, 100);
  const dripping = await servePlain(t, (_request, response) => {
    response.writeHead(200);
    response.write('half');
  });
  const dripped = await openPost()(new URL(`http://hooks.example.com:${dripping}/`), OPTIONS);
  t.match(dripped, { status: 200, isCut: true });
  t.equal(String(dripped.body), 'half');
});

t.test('who says nothing, or more in the head than anybody should, gives no answer', async (t) => {
  const silent = await servePlain(t, () => {});
  const url = (port: number) => new URL(`http://hooks.example.com:${port}/`);
  t.strictSame(await failure(openPost()(url(silent), { ...OPTIONS, longestMs: 200 })), ['too-slow', '']);
  const headed = await servePlain(t, (_request, response) =>
    response.writeHead(200, { 'x-long': 'x'.repeat(40_000) }).end(),
  );
  t.strictSame(await failure(openPost()(url(headed), OPTIONS)), ['unreachable', 'HPE_HEADER_OVERFLOW']);
});

t.test('no proxy of the environment is asked', async (t) => {
  let proxied = 0;
  const proxy = await servePlain(t, (_request, response) => {
    proxied += 1;
    response.end();
  });
  const names = ['NODE_USE_ENV_PROXY', 'HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'];
  const before = names.map((name) => process.env[name]);
  for (const name of names)
    process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : `http://127.0.0.1:${proxy}`;
  t.teardown(() => {
    for (const [index, name] of names.entries())
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
  });
  const port = await servePlain(t, (_request, response) => void response.end('direct'));
  const posted = await openPost()(new URL(`http://hooks.example.com:${port}/`), OPTIONS);
  t.equal(String(posted.body), 'direct');
  t.equal(proxied, 0);
});
