import t from 'tap';
import { mailDesk, TO } from './mail-out.fixture.ts';
import type { Script } from './smtp.fixture.ts';

/** Threat 12: a hostile or broken server. What we know after it is exactly what we say, in bounded time and memory. */

const LONG = 10_000;
/** As Postfix has it: what came along with a sender that it refused is out of order. */
const IN_ONE = {
  ehlo: '250-fake.example.com\r\n250-PIPELINING\r\n250 AUTH PLAIN',
  mail: '451 4.7.1 slow down',
  rcpt: '503 5.5.1 need MAIL command',
  data: '503 5.5.1 need RCPT command',
};

t.test('threat 12: what the server does, and what the mail is then', async (t) => {
  const cases: [what: string, script: Script, expected: object][] = [
    [
      'closes when it is called',
      { greeting: (socket) => socket.destroy() },
      { state: 'deferred', server_words: String },
    ],
    [
      'is too busy',
      { greeting: '421 4.7.0 come back later' },
      { state: 'deferred', server_words: /421 4\.7\.0/ },
    ],
    [
      'does not take the password',
      { auth: '535 5.7.8 no' },
      { state: 'deferred', server_words: /535 5\.7\.8/ },
    ],
    [
      'refuses the sender',
      { mail: '550 5.1.8 who?' },
      { state: 'failed', server_words: /550 5\.1\.8 who\?/ },
    ],
    ['puts off the sender', IN_ONE, { state: 'deferred', server_words: /451 4\.7\.1 slow down/ }],
    [
      'puts off the sender, and closes',
      { ...IN_ONE, data: (socket) => socket.destroy() },
      { state: 'deferred' },
    ],
    [
      'refuses the sender and what came along',
      { ...IN_ONE, mail: '550 5.1.8 who?' },
      { state: 'failed', server_words: /550 5\.1\.8 who\?/ },
    ],
    [
      'refuses the recipient for now',
      { rcpt: '451 4.7.1 greylisted' },
      { state: 'deferred', server_words: `${TO}: 451 4.7.1 greylisted` },
    ],
    [
      'refuses the recipient for good',
      { rcpt: '550 5.1.1 nobody here' },
      { state: 'failed', server_words: `${TO}: 550 5.1.1 nobody here` },
    ],
    ['refuses the message', { end: '554 5.7.1 spam' }, { state: 'failed', server_words: /554 5\.7\.1 spam/ }],
    [
      'takes no mail of that size',
      { ehlo: '250-fake.example.com\r\n250-AUTH PLAIN\r\n250 SIZE 100' },
      { state: 'failed', server_words: /larger than allowed/ },
    ],
    ['has no room', { end: '452 4.3.1 full' }, { state: 'deferred', server_words: /452 4\.3\.1 full/ }],
    [
      'closes before the message',
      { rcpt: (socket) => socket.destroy() },
      { state: 'deferred', server_words: String },
    ],
    [
      'closes in the middle of DATA',
      {
        data: (socket) => {
          socket.write('354 go on\r\n');
          setTimeout(() => socket.destroy(), 100);
        },
        end: () => {},
      },
      { state: 'delivered-unknown' },
    ],
    [
      'closes instead of the last reply',
      { end: (socket) => socket.destroy() },
      { state: 'delivered-unknown' },
    ],
    ['never answers at the end', { end: () => {} }, { state: 'delivered-unknown' }],
    [
      'never ends its greeting',
      {
        greeting: (socket) => {
          const drip = setInterval(() => socket.write('2'), 50);
          socket.on('close', () => clearInterval(drip));
        },
      },
      { state: 'deferred' },
    ],
    [
      'drips a last reply that never ends',
      {
        end: (socket) => {
          const drip = setInterval(() => socket.write('250-more\r\n'), 50);
          socket.on('close', () => clearInterval(drip));
        },
      },
      { state: 'delivered-unknown' },
    ],
    [
      'floods its greeting',
      {
        greeting: (socket) => {
          const flood = () => {
            if (socket.destroyed) return;
            if (socket.write(`220-${'x'.repeat(60_000)}\r\n`)) setImmediate(flood);
            else socket.once('drain', flood);
          };
          flood();
        },
      },
      { state: 'deferred' },
    ],
    [
      'floods a line without an end',
      {
        mail: (socket) => {
          const flood = () => {
            if (socket.destroyed) return;
            if (socket.write('2'.repeat(60_000))) setImmediate(flood);
            else socket.once('drain', flood);
          };
          flood();
        },
      },
      { state: 'deferred' },
    ],
  ];
  const desk = await mailDesk(t);
  for (const [what, script, expected] of cases) {
    desk.server.script = script;
    const { message } = await desk.send();
    const began = Date.now();
    const memory = process.memoryUsage().rss;
    await desk.work();
    t.ok(Date.now() - began < LONG, `${what}: in bounded time`);
    t.ok(process.memoryUsage().rss - memory < 200e6, `${what}: in bounded memory`);
    const dispatch = await desk.dispatch(message);
    t.match(dispatch, expected, what);
    t.ok(dispatch.server_words.length > 0 && dispatch.server_words.length <= 1000, `${what}: says why`);
    // The next case is not to be held up by what waits for another attempt.
    await desk.db
      .updateTable('dispatches')
      .set({ due_at: new Date('2999-01-01') })
      .execute();
  }
});

t.test(
  'a mail that was deferred is tried again with more patience each time, and given up after 3 days',
  async (t) => {
    const desk = await mailDesk(t, { script: { rcpt: '451 4.7.1 greylisted' } });
    const { message } = await desk.send();
    const waits: number[] = [];
    for (let n = 0; n < 10; n++) {
      await desk.db.updateTable('dispatches').set({ due_at: new Date() }).execute();
      await desk.work();
      const { due_at, last_attempt_at } = await desk.dispatch(message);
      waits.push(Math.round((due_at.getTime() - (last_attempt_at?.getTime() ?? 0)) / 60_000));
    }
    t.strictSame(waits, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240], 'minutes');
    t.equal(await desk.state(), 'awaiting-provider');
    await desk.db
      .updateTable('dispatches')
      .set({ due_at: new Date(), created_at: new Date(Date.now() - 4 * 86_400_000) })
      .execute();
    await desk.work();
    t.match(await desk.dispatch(message), {
      state: 'failed',
      server_words: /^Given up after 3 days\. .*451 4\.7\.1/,
    });
    t.equal(await desk.state(), 'action-needed');
    const page = await desk.api('GET', `/incidents/${desk.number}`);
    t.match(JSON.stringify(page.body.nextAction), /could not be delivered/);
  },
);

t.test('where some recipients are refused, the mail is sent and they are named', async (t) => {
  const desk = await mailDesk(t, { script: { to: { 'gone@provider.example.net': '550 5.1.1 gone' } } });
  const { message } = await desk.send({ to: `${TO}, gone@provider.example.net` });
  await desk.work();
  t.match(await desk.dispatch(message), {
    state: 'sent',
    server_words: '250 2.0.0 Ok: queued as 4F00 Refused: gone@provider.example.net: 550 5.1.1 gone',
  });
  const { items } = (await desk.api('GET', `/incidents/${desk.number}/timeline`)).body;
  t.match(items.at(-1), {
    kind: 'dispatch-settled',
    detail: { state: 'failed-for-some', to: 'gone@provider.example.net' },
  });
});

t.test('a server that is slow holds up its own mail only', async (t) => {
  const desk = await mailDesk(t, { script: { end: () => {} } });
  const slow = await desk.send();
  const working = desk.work();
  while (desk.server.messages.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  t.match(await desk.dispatch(slow.message), { state: 'sending' });
  desk.server.script = {};
  const { message } = await desk.send();
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'sent' });
  await working;
  t.match(await desk.dispatch(slow.message), { state: 'delivered-unknown' });
});

t.test('threat 29: a server that says our password back does not get it shown', async (t) => {
  const desk = await mailDesk(t, { script: { auth: '535 5.7.8 canary-password-7f3a91 is wrong' } });
  const { message } = await desk.send();
  await desk.work();
  t.match(await desk.dispatch(message), { server_words: '535 5.7.8 … is wrong' });
});
