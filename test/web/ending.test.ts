import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { givenSocket } from '../../src/given-socket.ts';
import { openHub } from '../../src/live/hub.ts';
import { signedIn, testDesk } from '../desk.ts';
import { listen } from '../live/events.fixture.ts';

t.test('connections that were never used do not hold up the end', async (t) => {
  const { app } = await testDesk(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const spare = connect(port, '127.0.0.1').on('error', () => {});
  await once(app.server, 'connection');
  const late = connect(port, '127.0.0.1').on('error', () => {});
  await once(app.server, 'connection');
  const closed = app.close().then(() => 'closed');
  late.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const [answer] = (await once(late, 'data')) as [Buffer];
  t.match(answer.toString(), /^HTTP\/1\.1 200 /, 'what is still asked in time is answered');
  // Node itself gives such a connection a minute.
  t.equal(await Promise.race([closed, setTimeout(40_000, 'still open', { ref: false })]), 'closed');
  spare.destroy();
  late.destroy();
});

t.test('a process that is told to stop says so first, and finishes what it has', async (t) => {
  const desk = await testDesk(t);
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { app } = desk;
  const person = await signedIn(desk);
  const listening = await listen(app, person);
  await listening.until(({ event }) => event === 'ready');
  const port = (app.server.address() as AddressInfo).port;
  const ask = (path: string, body?: Promise<void>) =>
    new Promise<{ status: number; connection: string | undefined }>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          path,
          method: body ? 'POST' : 'GET',
          headers: { connection: 'keep-alive' },
        },
        (answer) =>
          answer
            .resume()
            .on('end', () =>
              resolve({ status: answer.statusCode ?? 0, connection: answer.headers.connection }),
            ),
      ).on('error', reject);
      if (body) {
        sent.setHeader('content-type', 'application/x-www-form-urlencoded');
        sent.write('email=');
        void body.then(() => sent.end('a@example.com'));
      } else sent.end();
    });
  t.strictSame(await ask('/readyz'), { status: 200, connection: 'keep-alive' });
  const inFlight = ask('/sign-in', held);
  await setTimeout(50);

  app.ending.hasBegun = true;
  t.strictSame(await ask('/readyz'), { status: 503, connection: 'close' }, 'no more requests, please');
  t.strictSame(
    await ask('/healthz'),
    { status: 200, connection: 'close' },
    'it is alive, and answers those that come',
  );

  const closed = app.close();
  await listening.ended;
  await setTimeout(50);
  finish();
  t.equal((await inFlight).status, 403, 'answered as always: the form has no token');
  await closed;
  await t.rejects(ask('/readyz'), { code: 'ECONNREFUSED' });
});

t.test('a page that connects while it ends is told when to come again', async (t) => {
  const { db, desk } = await testDesk(t);
  const hub = openHub(db, desk.config, { debug: () => {} } as never);
  await hub.close();
  const stream = new PassThrough();
  hub.join({ stream, userId: 1, session: Buffer.alloc(32), place: '' });
  t.match(await text(stream), /^retry: \d+\n\n$/);
  t.equal(hub.size(), 0, 'and holds up nobody');
});

t.test('a socket is taken over only where it was handed to this very process', async (t) => {
  t.equal(givenSocket({}, 7), undefined);
  t.equal(givenSocket({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7), 3);
  t.equal(givenSocket({ LISTEN_PID: '8', LISTEN_FDS: '1' }, 7), undefined, 'it was for who started us');
  t.equal(givenSocket({ LISTEN_PID: '7', LISTEN_FDS: '0' }, 7), undefined);
});
