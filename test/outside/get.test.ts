import t from 'tap';
import { type Get, GetFailed, openGet } from '../../src/outside/get.ts';
import { type Answer, CERTIFICATE, serveHttps } from './https.fixture.ts';

const URL_OF_POLICY = 'https://mta-sts.example.com/.well-known/mta-sts.txt';
const BOUNDS = { longestMs: 3000, mostBytes: 1000, addresses: ['127.0.0.1'] };

async function served(t: Parameters<typeof serveHttps>[0], answer: Answer): Promise<Get> {
  return openGet({ trusts: CERTIFICATE, port: await serveHttps(t, answer) });
}
const failure = (got: Promise<unknown>) =>
  got.then(
    () => 'it came',
    (error) => (error instanceof GetFailed ? [error.why, error.code] : error),
  );

t.test('a file comes from the address it was pinned to, under its own name', async (t) => {
  const seen: (string | undefined)[] = [];
  const get = await served(t, (request, response) => {
    seen.push(request.headers.host?.replace(/:\d+$/, ''), request.url, request.headers['accept-encoding']);
    response.end('version: STSv1');
  });
  t.match(await get(URL_OF_POLICY, BOUNDS), {
    status: 200,
    location: '',
    body: Buffer.from('version: STSv1'),
  });
  t.strictSame(seen, ['mta-sts.example.com', '/.well-known/mta-sts.txt', undefined]);
});

t.test('a redirect is an answer, and is not followed', async (t) => {
  let asked = 0;
  const get = await served(t, (_request, response) => {
    asked += 1;
    response.writeHead(302, { location: 'http://127.0.0.1:5432/' }).end();
  });
  t.match(await get(URL_OF_POLICY, BOUNDS), { status: 302, location: 'http://127.0.0.1:5432/' });
  t.equal(asked, 1);
});

t.test('what is too large, too slow, cut off or badly certified does not come', async (t) => {
  const large = await served(t, (_request, response) => {
    response.on('error', () => {});
    const more = () => {
      while (response.write(Buffer.alloc(100_000)));
      response.once('drain', more);
    };
    more();
  });
  t.strictSame(await failure(large(URL_OF_POLICY, BOUNDS)), ['too-large', '']);
  const silent = await served(t, () => {});
  t.strictSame(await failure(silent(URL_OF_POLICY, { ...BOUNDS, longestMs: 200 })), ['too-slow', '']);
  const dripping = await served(t, (_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(drip));
  });
  t.strictSame(
    await failure(dripping(URL_OF_POLICY, { ...BOUNDS, longestMs: 300 })),
    ['too-slow', ''],
    'in all',
  );
  const cut = await served(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '500' });
    response.write('half', () => response.destroy());
  });
  t.match(await failure(cut(URL_OF_POLICY, BOUNDS)), ['unreachable', /^ECONN|^$|ABORT/]);
  const port = await serveHttps(t, (_request, response) => void response.end('x'));
  t.strictSame(await failure(openGet({ port })(URL_OF_POLICY, BOUNDS)), [
    'unreachable',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ]);
  const other = openGet({ port, trusts: CERTIFICATE });
  t.strictSame(await failure(other('https://mta-sts.other.example/', BOUNDS)), [
    'unreachable',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ]);
  t.strictSame(await failure(other('http://mta-sts.example.com/', BOUNDS)), ['unreachable', 'NOT_HTTPS']);
});

t.test('it ends with the process', async (t) => {
  const ended = new AbortController();
  const get = await served(t, () => ended.abort());
  t.match(await failure(get(URL_OF_POLICY, { ...BOUNDS, signal: ended.signal })), ['unreachable']);
});
