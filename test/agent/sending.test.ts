import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { HURRY, startAgent, until } from './agents.fixture.ts';
import { fakeDesk, TOKEN } from './desk.fixture.ts';

function stage(t: Test, text = '') {
  const folder = t.testdir({ 'mail.log': text });
  const log = join(folder, 'mail.log');
  const state = join(folder, 'state');
  const spooled = () => readdirSync(join(state, 'spool')).filter((name) => name.endsWith('.json'));
  const refused = () => readdirSync(join(state, 'spool', 'refused'));
  return { folder, log, state, spooled, refused };
}

const words = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `w${from + index} text\n`).join('');

t.test('batches hold to the contract, come in order, one at a time, and each once', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled } = stage(t, words(0, 9000));
  const agent = startAgent(t, desk, ['--state', state, '--host', 'mx1.example.com', log]);
  t.equal(await agent.exit, 0, agent.said());
  t.equal(desk.total, 9000);
  t.equal(desk.mostAtOnce, 1);
  t.strictSame(desk.faults, []);
  const rows = [...desk.batches.values()].flatMap((batch) => batch.observations.map((row) => row.via));
  t.strictSame(rows, words(0, 9000).split(' text\n').slice(0, -1), 'in the order of the log');
  t.strictSame(
    [...new Set([...desk.batches.values()].map(({ source }) => source))],
    [`mx1.example.com ${log}`],
  );
  t.strictSame(spooled(), []);
  t.match(agent.said(), /Reading .*mail\.log\.\n.*batches with 9000 deliveries sent/);
  t.notMatch(agent.said(), TOKEN);

  const again = startAgent(t, desk, ['--state', state, log]);
  t.equal(await again.exit, 0);
  t.equal(desk.total, 9000, 'what was counted is not counted again');
  appendFileSync(log, words(9000, 9010));
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
  t.equal(desk.total, 9010);
});

t.test('a desk that is away: reading goes on, and batches are sent in order when it is back', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled } = stage(t);
  await desk.away();
  const agent = startAgent(t, desk, ['--follow', '--state', state, log]);
  appendFileSync(log, words(0, 10));
  await until(() => agent.said().includes('cannot be reached'));
  for (let round = 1; round < 4; round++) {
    const before = spooled().length;
    appendFileSync(log, words(round * 10, round * 10 + 10));
    await until(() => spooled().length > before);
  }
  await desk.start();
  await until(() => desk.total === 40);
  await until(() => spooled().length === 0);
  t.equal(desk.mostAtOnce, 1);
  const rows = [...desk.batches.values()].flatMap((batch) => batch.observations.map((row) => row.via));
  t.strictSame(rows, words(0, 40).split(' text\n').slice(0, -1));
  t.equal(agent.said().match(/cannot be reached/g)?.length, 1, 'told once');
  t.match(agent.said(), /takes batches again/);
  t.equal(await agent.end('SIGTERM'), 0);
});

t.test('a batch whose answer was lost comes again with its key, and counts once', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state } = stage(t, words(0, 10));
  desk.mood = () => (desk.requests.length < 3 ? 'drop-answer' : 'count');
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
  t.equal(desk.total, 10);
  t.equal(desk.requests.length, 3);
  t.equal(new Set(desk.requests).size, 1);
  t.strictSame(desk.faults, []);
});

t.test(
  'without --follow, a desk that stays away is status 1, and the batch goes at the next start',
  async (t) => {
    const desk = await fakeDesk(t);
    const { log, state, spooled } = stage(t, words(0, 10));
    desk.mood = () => ({ status: 500 });
    const agent = startAgent(t, desk, ['--state', state, log]);
    t.equal(await agent.exit, 1);
    t.match(agent.said(), /The desk answered 500\.[\s\S]*stays in the spool for the next start/);
    t.not(spooled().length, 0);
    desk.mood = () => 'count';
    t.equal(await startAgent(t, desk, ['--state', state, '-'], { closeInput: true }).exit, 0);
    t.equal(desk.total, 10);
  },
);

t.test('Retry-After is waited for', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state } = stage(t, words(0, 10));
  desk.mood = () => ({ status: 503, headers: { 'retry-after': '86400' } });
  const agent = startAgent(t, desk, ['--state', state, log]);
  t.equal(await agent.exit, 1, 'too long for a run without --follow');
  t.equal(desk.requests.length, 1);
});

t.test('a token that is refused: told once, nothing lost, and the new one needs no restart', async (t) => {
  const desk = await fakeDesk(t);
  const { folder, log, state, spooled } = stage(t, words(0, 10));
  const file = join(folder, 'token');
  writeFileSync(file, 'a-token-that-was-revoked\n');
  const agent = startAgent(t, desk, ['--follow', '--state', state, '--token-file', file, log]);
  await until(() => agent.said().includes('The token was refused (401)'));
  appendFileSync(log, words(10, 20));
  await until(() => spooled().length > 1);
  t.equal(desk.total, 0);
  writeFileSync(file, `${TOKEN}\n`);
  await until(() => desk.total === 20);
  await until(() => agent.said().includes('The token is good again.'));
  t.equal(agent.said().match(/was refused/g)?.length, 1);
  t.notMatch(agent.said(), /a-token-that-was-revoked/);
  t.notMatch(agent.said(), TOKEN);
  t.equal(await agent.end('SIGTERM'), 0);
});

t.test('a batch is smaller than what web servers take by themselves', async (t) => {
  const desk = await fakeDesk(t);
  const long = Array.from({ length: 6000 }, (_, index) => `w${index}${'ü'.repeat(95)} text\n`).join('');
  const { log, state } = stage(t, long);
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
  t.equal(desk.total, 6000);
  const sizes = [...desk.batches.values()].map((batch) => Buffer.byteLength(JSON.stringify(batch)));
  t.ok(Math.max(...sizes) < 1_000_000, `${sizes}`);
});

t.test('413: a batch is halved until it fits', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled, refused } = stage(t, words(0, 1000));
  desk.mood = ({ observations }) => (observations.length > 130 ? { status: 413 } : 'count');
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
  t.equal(desk.total, 1000);
  t.equal(desk.batches.size, 8);
  t.strictSame([spooled(), refused(), desk.faults], [[], [], []]);
});

t.test(
  'halves-then-whole: halves that were sent stay halves when the desk then takes the whole',
  async (t) => {
    const desk = await fakeDesk(t);
    const { log, state, spooled } = stage(t, words(0, 100));
    const isHalved = (name: string) => readFileSync(join(state, 'spool', name), 'utf8').includes('-1.2"');
    desk.mood = ({ observations }) => (observations.length > 50 ? { status: 413 } : 'count');
    const agent = startAgent(t, desk, ['--follow', '--state', state, log], { pace: { between: 1e6 } });
    // It is halved, and waits before it sends the first half: killed between them.
    await until(() => desk.requests.length === 1 && spooled().some(isHalved));
    await agent.end('SIGKILL');
    const first = startAgent(t, desk, ['--follow', '--state', state, log], { pace: { between: 1e6 } });
    await until(() => desk.total === 50);
    await first.end('SIGKILL');
    desk.mood = () => 'count';
    t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
    t.equal(desk.total, 100);
  },
);

t.test('422: the one bad observation is set aside with the answer, the others are counted', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled, refused } = stage(t, words(0, 300));
  desk.mood = ({ observations }) =>
    observations.some(({ via }) => via === 'w77') ? { status: 422, body: '{"detail":"no w77"}' } : 'count';
  const agent = startAgent(t, desk, ['--state', state, log]);
  t.equal(await agent.exit, 1);
  t.equal(desk.total, 299);
  t.notOk(desk.counts.has('w77'));
  t.strictSame(spooled(), []);
  const [file = ''] = refused();
  t.equal(refused().length, 1);
  const kept = JSON.parse(readFileSync(join(state, 'spool', 'refused', file), 'utf8')) as object;
  t.match(kept, { answer: '422 {"detail":"no w77"}', batch: { observations: [{ via: 'w77' }] } });
  t.match(
    agent.said(),
    /will not have an observation \(422\): no w77 It is kept, with the answer, in .*refused/,
  );
});

t.test(
  'poison-batch: one that the desk can never take stops no other; another server’s 400 is none',
  async (t) => {
    const desk = await fakeDesk(t);
    const { log, state, refused } = stage(t, words(0, 100));
    let isDesk = false;
    desk.mood = ({ observations }) =>
      observations.some(({ via }) => via === 'w50')
        ? { status: 400, headers: { 'content-type': isDesk ? 'application/problem+json' : 'text/html' } }
        : 'count';
    const first = startAgent(t, desk, ['--follow', '--state', state, log]);
    await until(() => first.said().includes('answered 400'));
    t.strictSame(refused(), []);
    isDesk = true;
    await until(() => desk.total === 99);
    await first.end('SIGTERM');
    t.equal(refused().length, 1);
  },
);

t.test('clock-ahead: what was set aside is sent again at the next start, under its old key', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled, refused } = stage(t, words(0, 300));
  const words422 = '2031-01-01T00:00Z has not come yet. Set the clock of one of the two.';
  const isAhead = (via: string) => ['w7', 'w70', 'w200'].includes(via);
  desk.mood = ({ observations }) =>
    observations.some(({ via }) => isAhead(via))
      ? { status: 422, body: JSON.stringify({ detail: words422 }) }
      : 'count';
  const agent = startAgent(t, desk, ['--state', state, log]);
  t.equal(await agent.exit, 1);
  t.match(agent.said(), words422);
  t.match(agent.said(), 'sent again when the agent is started again');
  t.equal(desk.total, 297);
  const keys = refused().map((name) => name.replace('.json', ''));
  t.equal(keys.length, 3);

  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 1, 'the clock is still ahead');
  t.strictSame(refused().sort(), keys.map((key) => `${key}.json`).sort());
  writeFileSync(join(state, 'spool', 'refused', 'half.json'), '{"key":"h"');

  desk.mood = () => 'count';
  appendFileSync(log, words(300, 310));
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
  t.equal(desk.total, 310);
  t.strictSame(new Set(desk.counts.values()), new Set([1]), 'each line once');
  for (const key of keys) t.ok(desk.batches.has(key), key);
  t.strictSame([spooled(), refused()], [[], ['half.json']], 'what is not whole stays');
  t.strictSame(desk.faults, []);
});

t.test('the spool’s limit: reading waits, nothing is lost', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled } = stage(t, words(0, 3000));
  await desk.away();
  const args = ['--follow', '--state', state, '--spool-limit', '0.2', log];
  const agent = startAgent(t, desk, args);
  await until(() => agent.said().includes('has reached its limit'));
  const most = spooled().length;
  appendFileSync(log, words(3000, 3500));
  t.equal(spooled().length, most);
  await desk.start();
  await until(() => desk.total === 3500);
  t.match(agent.said(), /The spool has room again/);
  t.equal(await agent.end('SIGTERM'), 0);
  t.strictSame(desk.faults, []);
});

t.test('a redirect is told and not followed: the token stays here', async (t) => {
  const desk = await fakeDesk(t);
  const other = await fakeDesk(t);
  const { log, state } = stage(t, words(0, 1));
  desk.mood = () => ({ status: 308, headers: { location: `${other.url}/api/v1/observations` } });
  const agent = startAgent(t, desk, ['--state', state, log]);
  t.equal(await agent.exit, 1);
  t.match(agent.said(), `sends us on to ${other.url}`);
  t.equal(other.requests.length, 0);
});

t.test('a server that answers 200 and is no desk takes nothing', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled } = stage(t, words(0, 5));
  for (const body of ['<title>Welcome</title>', 'null', '{"ok":true}']) {
    desk.mood = () => ({ status: 200, body });
    const agent = startAgent(t, desk, ['--state', state, log]);
    t.equal(await agent.exit, 1);
    t.match(agent.said(), /answered 200 as no desk does: is the address right\./);
    t.not(spooled().length, 0);
  }
  desk.mood = () => 'count';
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
  t.equal(desk.total, 5);
});

t.test('hostile-desk: an answer without an end is not listened to, and costs no memory', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state } = stage(t, words(0, 10));
  let sent = 0;
  const flood = createServer((request, response) => {
    request.resume();
    const piece = Buffer.alloc(1024 * 1024, ' ');
    const more = (): void => {
      // The agent has hung up, or it would take whatever comes.
      while (!response.destroyed && sent < 4000) {
        sent += 1;
        if (!response.write(piece)) return;
      }
      response.end();
    };
    response.on('drain', more).writeHead(200);
    more();
  });
  await new Promise<void>((resolve) => flood.listen(0, '127.0.0.1', resolve));
  t.teardown(() => flood.close());
  const { port } = flood.address() as AddressInfo;
  const agent = startAgent(t, { url: `http://127.0.0.1:${port}` }, ['--follow', '--state', state, log]);
  await until(() => agent.said().includes('as no desk does'));
  t.equal(await agent.end('SIGTERM'), 0);
  t.ok(sent < 4000, `${sent} MB were sent before it hung up`);
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
  t.equal(desk.total, 10, 'nothing is lost');
});

t.test('no-secret-kept: the token stands in no file of the agent’s and in nothing it says', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled } = stage(t, words(0, 10));
  desk.mood = () => ({ status: 503 });
  const agent = startAgent(t, desk, ['--follow', '--state', state, log]);
  await until(() => agent.said().includes('answered 503') && spooled().length > 0);
  await agent.end('SIGTERM');
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  t.ok(files.length > 0);
  for (const { parentPath, name } of files)
    t.notMatch(readFileSync(join(parentPath, name), 'utf8'), TOKEN, name);
  t.notMatch(agent.said(), TOKEN);
});

t.test('SIGTERM: what was read is sent, and what cannot be sent is kept', async (t) => {
  const desk = await fakeDesk(t);
  const { log, state, spooled } = stage(t, words(0, 10));
  const pace = { gather: 3_600_000, gatherWhileAway: 3_600_000 };
  const agent = startAgent(t, desk, ['--follow', '--state', state, log], { pace });
  await until(() => desk.total === 10);
  appendFileSync(log, words(10, 15));
  t.equal(await agent.end('SIGTERM'), 0);
  const sent = desk.total;
  desk.mood = () => 'hang';
  const slow = startAgent(t, desk, ['--follow', '--state', state, log], { pace: { stop: 100 } });
  appendFileSync(log, words(15, 20));
  await until(() => desk.requests.length > 1 && spooled().length > 0);
  slow.child.kill('SIGHUP');
  t.equal(await slow.end('SIGINT'), 0);
  t.match(slow.said(), /stays in the spool for the next start/);
  t.equal(desk.total, sent);
  desk.mood = () => 'count';
  t.equal(await startAgent(t, desk, ['--state', state, log], { pace: HURRY }).exit, 0);
  t.equal(desk.total, 20);
});
