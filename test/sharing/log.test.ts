import { Writable } from 'node:stream';
import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { openLogger } from '../../src/web/logger.ts';
import { BOOTSTRAP, REFUSAL, testDesk } from '../desk.ts';

t.test('no log has the secret of a link, however it is asked for', async (t) => {
  const { desk, api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  const { link } = (await api('POST', '/incidents/1/shares', { madeFor: 'X', parts: ['summary'] })).body;
  const secret = link.slice('/shared/'.length);
  let log = '';
  const into = new Writable({
    write(piece, _encoding, done) {
      log += piece;
      done();
    },
  });
  const app = await buildApp(desk, { logger: openLogger('trace', into) });
  t.teardown(() => app.close());
  const headers = { authorization: `Bearer ${BOOTSTRAP}` };
  for (const [method, url] of [
    ['GET', link],
    ['HEAD', link],
    ['POST', link],
    ['DELETE', `${link}/x?zone=UTC`],
    ['GET', `${link}/`],
    ['GET', `${link}%E0%A4%A`],
    ['GET', `${link}?zone=${'x'.repeat(100)}`],
    ['GET', `/SHARED/${secret}`],
    ['GET', '/api/v1/incidents'],
  ])
    await app.inject({ method: method as 'GET', url: url as string, headers });
  t.match(log, '/api/v1/incidents', 'requests are logged');
  t.match(log, '"path":"(none)"', 'by no more than their route');
  t.notMatch(log, secret);
});
