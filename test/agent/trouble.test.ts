import { appendFileSync, chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { runAgent } from '../../src/agent/agent.ts';
import { writeWhole } from '../../src/agent/atomic-file.ts';
import { postTo } from '../../src/agent/post.ts';
import { Say } from '../../src/agent/say.ts';
import { Spool } from '../../src/agent/spool.ts';
import { HURRY, until } from './agents.fixture.ts';
import { type FakeDesk, fakeDesk, TOKEN } from './desk.fixture.ts';
import { wordScanner } from './scanner.fixture.ts';

const words = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `w${from + index} text\n`).join('');

/** An agent in this process, which follows one log. */
function agent(t: Test, desk: FakeDesk, log: string, folder: string, write = writeWhole) {
  const stop = new AbortController();
  const said: string[] = [];
  const status = runAgent({
    name: 'test',
    paths: [log],
    follow: true,
    openScanner: wordScanner,
    spool: new Spool(folder, 1e9, write),
    post: postTo(new URL(desk.url), () => TOKEN),
    say: new Say((line) => said.push(line)),
    pace: HURRY,
    stop: stop.signal,
  });
  const end = async () => {
    stop.abort();
    return status;
  };
  t.teardown(end);
  return { said, end };
}

t.test('a full disk: told once, reading waits, and goes on when there is room', async (t) => {
  const desk = await fakeDesk(t);
  const folder = t.testdir({ 'mail.log': words(0, 10), state: {} });
  const log = join(folder, 'mail.log');
  let isFull = false;
  let tries = 0;
  const write: typeof writeWhole = (file, text) => {
    tries += 1;
    if (isFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    writeWhole(file, text);
  };
  const { said, end } = agent(t, desk, log, join(folder, 'state'), write);
  await until(() => desk.total === 10);
  isFull = true;
  appendFileSync(log, words(10, 20));
  await until(() => said.some((line) => line.includes('the disk is full')));
  appendFileSync(log, words(20, 5000));
  const before = tries;
  await until(() => tries > before + 5);
  t.equal(said.filter((line) => line.includes('the disk is full')).length, 1);
  t.equal(desk.total, 10);
  isFull = false;
  await until(() => desk.total === 5000);
  t.ok(said.some((line) => line.includes('The disk takes data again')));
  t.equal(await end(), 0);
  t.strictSame(desk.faults, []);
});

t.test('a disk that is full when a batch is acknowledged: it is not counted twice', async (t) => {
  const desk = await fakeDesk(t);
  const folder = t.testdir({ 'mail.log': words(0, 10), state: {} });
  const log = join(folder, 'mail.log');
  let failures = 0;
  const write: typeof writeWhole = (file, text) => {
    if (file.endsWith('state.json') && desk.total === 10 && failures < 5) {
      failures += 1;
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    }
    writeWhole(file, text);
  };
  const first = agent(t, desk, log, join(folder, 'state'), write);
  await until(() => failures === 5);
  appendFileSync(log, words(10, 20));
  await until(() => desk.total === 20);
  t.equal(await first.end(), 0);
  const second = agent(t, desk, log, join(folder, 'state'));
  appendFileSync(log, words(20, 30));
  await until(() => desk.total === 30);
  t.equal(await second.end(), 0);
  t.strictSame(new Set(desk.counts.values()), new Set([1]));
  t.strictSame(desk.faults, []);
});

t.test('a log that may not be read: told once with what to do, and read when it may be', async (t) => {
  const desk = await fakeDesk(t);
  const folder = t.testdir({});
  const log = join(mkdtempSync(join(folder, 'logs-')), 'mail.log');
  const state = mkdtempSync(join(folder, 'state-'));
  writeFileSync(log, words(0, 10), { mode: 0 });
  // The one user whom permissions do not keep out becomes another for as long.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    for (const open of [folder, join(log, '..'), state]) chmodSync(open, 0o777);
    process.seteuid?.(65_534);
    t.teardown(() => process.seteuid?.(0));
  }
  const { said, end } = agent(t, desk, log, state);
  await until(() =>
    said.some((line) => line.includes('permission denied; let the agent’s user into the group')),
  );
  if (isRoot) process.seteuid?.(0);
  chmodSync(log, 0o644);
  if (isRoot) process.seteuid?.(65_534);
  await until(() => desk.total === 10);
  t.equal(said.filter((line) => line.includes('permission denied')).length, 1);
  t.ok(said.some((line) => line.includes('mail.log can be read.')));
  t.equal(await end(), 0);
});

t.test(
  'clock-jumps: hours forward and back while it reads and sends lose nothing and count nothing twice',
  async (t) => {
    const desk = await fakeDesk(t);
    const folder = t.testdir({ 'mail.log': words(0, 10), state: {} });
    const log = join(folder, 'mail.log');
    const now = Date.now;
    t.teardown(() => {
      Date.now = now;
    });
    let moods = 0;
    desk.mood = () => (moods++ % 2 === 0 ? { status: 503, headers: { 'retry-after': '0' } } : 'count');
    const { end } = agent(t, desk, log, join(folder, 'state'));
    for (const [turn, hours] of [0, 26, -26, 24 * 365, -24 * 365, 0].entries()) {
      Date.now = () => now() + hours * 3_600_000;
      appendFileSync(log, words(10 + turn * 10, 20 + turn * 10));
      await until(() => desk.total === 20 + turn * 10);
    }
    t.equal(await end(), 0);
    t.strictSame(new Set(desk.counts.values()), new Set([1]));
    t.strictSame(desk.faults, []);
  },
);
