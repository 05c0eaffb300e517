import { appendFileSync, mkdirSync, rmdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { startAgent, until } from './agents.fixture.ts';
import { fakeDesk, TOKEN } from './desk.fixture.ts';

const words = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `w${from + index} text\n`).join('');

function stage(t: Test) {
  const folder = t.testdir({});
  return { log: join(folder, 'mail.log'), state: join(folder, 'state') };
}

t.test('standard input is read to its end, the unfinished last line too', async (t) => {
  const desk = await fakeDesk(t);
  const { state } = stage(t);
  const agent = startAgent(t, desk, ['--state', state, '-']);
  agent.child.stdin?.end(words(0, 5000).trimEnd());
  t.equal(await agent.exit, 0, agent.said());
  t.equal(desk.total, 5000);
  t.strictSame(desk.faults, []);
});

t.test('standard input and files together', async (t) => {
  const desk = await fakeDesk(t);
  const { state, log } = stage(t);
  writeFileSync(log, words(0, 10));
  const agent = startAgent(t, desk, ['--state', state, log, '-']);
  await until(() => desk.total === 10);
  agent.child.stdin?.end(words(10, 30));
  t.equal(await agent.exit, 0);
  t.equal(desk.total, 30);
});

t.test(
  'standard input while the desk is away: it is read on, kept, and sent at the next start',
  async (t) => {
    const desk = await fakeDesk(t);
    const { state } = stage(t);
    await desk.away();
    const agent = startAgent(t, desk, ['--follow', '--state', state, '-']);
    agent.child.stdin?.write(words(0, 10));
    await until(() => agent.said().includes('cannot be reached'));
    // Taken out of the pipe before the end, which comes in a batch of its own.
    await new Promise((resolve) => agent.child.stdin?.write(words(10, 5000), resolve));
    agent.child.stdin?.end(words(5000, 5010));
    t.equal(await agent.exit, 1);
    await desk.start();
    t.equal(await startAgent(t, desk, ['--state', state, '-'], { closeInput: true }).exit, 0);
    t.equal(desk.total, 5010);
  },
);

t.test('at the spool’s limit whoever writes to standard input waits', async (t) => {
  const desk = await fakeDesk(t);
  const { state } = stage(t);
  await desk.away();
  const agent = startAgent(t, desk, ['--follow', '--state', state, '--spool-limit', '0.2', '-']);
  const most = 60_000;
  let flushed = false;
  agent.child.stdin?.write(words(0, most), () => {
    flushed = true;
  });
  await until(() => agent.said().includes('has reached its limit'));
  t.notOk(flushed, 'the pipe is full');
  await desk.start();
  agent.child.stdin?.end();
  t.equal(await agent.exit, 0);
  t.equal(desk.total, most);
  t.strictSame(desk.faults, []);
});

t.test('SIGTERM while standard input is open', async (t) => {
  const desk = await fakeDesk(t);
  const { state } = stage(t);
  const agent = startAgent(t, desk, ['--follow', '--state', state, '-']);
  agent.child.stdin?.write(words(0, 10));
  await until(() => desk.total === 10);
  t.equal(await agent.end('SIGTERM'), 0);
});

t.test('a packed log is unpacked, once', async (t) => {
  const desk = await fakeDesk(t);
  const { state, log } = stage(t);
  writeFileSync(`${log}.2.gz`, gzipSync(words(0, 20_000)));
  t.equal(await startAgent(t, desk, ['--state', state, `${log}.2.gz`]).exit, 0);
  t.equal(desk.total, 20_000);
  t.equal(await startAgent(t, desk, ['--state', state, `${log}.2.gz`]).exit, 0);
  t.equal(desk.total, 20_000);
});

t.test('a damaged packed log: what is in it counts, the damage is told, other logs are read', async (t) => {
  const desk = await fakeDesk(t);
  const { state, log } = stage(t);
  writeFileSync(`${log}.2.gz`, gzipSync(words(0, 20_000)));
  truncateSync(`${log}.2.gz`, 30_000);
  writeFileSync(log, words(70_000, 70_010));
  const agent = startAgent(t, desk, ['--state', state, log, `${log}.2.gz`]);
  t.equal(await agent.exit, 1);
  t.match(agent.said(), /mail\.log\.2\.gz cannot be read on: unexpected end of file/);
  t.equal(desk.counts.get('w70009'), 1);
  t.ok(desk.total > 10, `${desk.total}`);
});

t.test('a line of 10 MB and binary junk cost nothing but themselves', async (t) => {
  const desk = await fakeDesk(t);
  const { state, log } = stage(t);
  const junk = Buffer.alloc(3_000_000);
  for (let at = 0; at < junk.length; at++) junk[at] = at % 7 === 0 ? 0x23 : (at * 2_654_435_761) >>> 24;
  writeFileSync(log, words(0, 10));
  appendFileSync(log, `# ${'l'.repeat(10_000_000)}\n`);
  appendFileSync(log, words(10, 20));
  // Comments to the scanner of this test, whatever they hold.
  for (const part of junk.toString('latin1').split('\n')) appendFileSync(log, `# ${part}\n`, 'latin1');
  appendFileSync(log, words(20, 30));
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0);
  t.equal(desk.total, 30);
});

t.test('a log that is not there: status 1, or waited for with --follow', async (t) => {
  const desk = await fakeDesk(t);
  const { state, log } = stage(t);
  const once = startAgent(t, desk, ['--state', state, log]);
  t.equal(await once.exit, 1);
  t.match(once.said(), /mail\.log cannot be read: it is not there \(yet\)\./);
  const agent = startAgent(t, desk, ['--follow', '--state', state, log]);
  await until(() => agent.said().includes('not there'));
  writeFileSync(log, words(0, 10));
  await until(() => desk.total === 10);
  t.match(agent.said(), /mail\.log can be read\./);
  t.equal(agent.said().match(/not there/g)?.length, 1);
  t.equal(await agent.end('SIGTERM'), 0);
});

t.test('a folder is no log, until it is one', async (t) => {
  const desk = await fakeDesk(t);
  const { state, log } = stage(t);
  mkdirSync(log);
  const agent = startAgent(t, desk, ['--follow', '--state', state, log]);
  await until(() => agent.said().includes('it is a folder'));
  rmdirSync(log);
  writeFileSync(log, words(0, 10));
  await until(() => desk.total === 10);
  t.equal(await agent.end('SIGTERM'), 0);
});

t.test('two agents on one state folder: the second is refused with the pid of the first', async (t) => {
  const desk = await fakeDesk(t);
  const { state, log } = stage(t);
  writeFileSync(log, words(0, 10));
  const first = startAgent(t, desk, ['--follow', '--state', state, log]);
  await until(() => desk.total === 10);
  const second = startAgent(t, desk, ['--state', state, log]);
  t.equal(await second.exit, 1);
  t.match(
    second.said(),
    `is in use by process ${first.child.pid}. Stop it first, or give this agent a folder`,
  );
  t.equal(await first.end('SIGKILL'), null);
  t.equal(await startAgent(t, desk, ['--state', state, log]).exit, 0, 'a dead one’s lock is taken over');
  t.equal(desk.total, 10);
});

t.test('bad use: status 2, what is wrong, and no token in it', async (t) => {
  const { state, log } = stage(t);
  const secret = 'not-to-be-shown';
  const cases: [string[], Record<string, string>, RegExp][] = [
    [[], {}, /Which logs\?/],
    [[log], { DELIST_DESK_URL: '' }, /Which desk\?/],
    [['--url', 'desk.example.com', log], {}, /"desk\.example\.com" is no http/],
    [['--url', 'ftp://desk.example.com', log], {}, /is no http/],
    [['--url', `https://user:${secret}@desk.example.com`, log], {}, /must not hold a user or a password/],
    [[log], { DELIST_DESK_TOKEN: '' }, /Which token\?/],
    [[log], { DELIST_DESK_TOKEN: `two ${secret}` }, /DELIST_DESK_TOKEN holds no token/],
    [['--token', secret, log], {}, /can be seen by everybody/],
    [[`--token=${secret}`, log], {}, /can be seen by everybody/],
    [['--token-file', join(state, 'absent'), log], {}, /ENOENT/],
    [['--address', 'mx1', log], {}, /--address mx1 is no IP address/],
    [['--time-zone', 'Moon', log], {}, /There is no time zone Moon/],
    [['--spool-limit', 'much', log], {}, /--spool-limit is a number/],
    [['--what', log], {}, /--what/],
  ];
  for (const [args, environment, words] of cases) {
    const agent = startAgent(t, { url: 'http://127.0.0.1:9' }, ['--state', state, ...args], { environment });
    t.equal(await agent.exit, 2, args.join(' '));
    t.match(agent.said(), words);
    t.notMatch(agent.said(), new RegExp(secret));
  }
});

t.test('--quiet says only what is wrong', async (t) => {
  const desk = await fakeDesk(t);
  const { state, log } = stage(t);
  writeFileSync(log, words(0, 10));
  const agent = startAgent(t, desk, ['--quiet', '--state', state, log]);
  t.equal(await agent.exit, 0);
  t.equal(agent.said(), '');
  desk.token = 'another-token';
  appendFileSync(log, words(10, 20));
  const refused = startAgent(t, desk, ['--quiet', '--state', state, log]);
  t.equal(await refused.exit, 1);
  t.match(refused.said(), /The token was refused/);
  t.notMatch(refused.said(), TOKEN);
});
