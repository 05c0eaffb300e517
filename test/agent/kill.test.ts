import { appendFileSync, copyFileSync, existsSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { startAgent, until } from './agents.fixture.ts';
import { fakeDesk } from './desk.fixture.ts';

const LINES = 20_000;
const GROUPS = 500;
const KILLS = 30;

const line = (number: number) => `g${number % GROUPS} line ${number} ${'x'.repeat(number % 60)}\n`;

t.test('kill -9 at any point, with a desk that comes and goes: each line counts once', async (t) => {
  const desk = await fakeDesk(t);
  const folder = t.testdir({});
  const log = join(folder, 'mail.log');
  writeFileSync(log, '');
  desk.mood = () => {
    const luck = Math.random();
    if (luck < 0.2) return 'drop-answer';
    if (luck < 0.3) return { status: 503 };
    return luck < 0.35 ? 'hang' : 'count';
  };

  const args = ['--follow', '--state', join(folder, 'state'), log];
  const pace = { look: 2, gather: 5, gatherWhileAway: 20, between: 1, retry: 2, longestRetry: 20 };
  let written = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % 4 === 1) await desk.away();
    const agent = startAgent(t, desk, args, { pace });
    const heard = desk.requests.length;
    for (let some = 0; some < 12; some++) {
      let text = '';
      for (let more = 0; more < 50; more++) text += line(written++);
      // Cut anywhere.
      const cut = Math.floor(Math.random() * text.length);
      appendFileSync(log, text.slice(0, cut));
      await wait(Math.random() * 3);
      appendFileSync(log, text.slice(cut));
    }
    if (kill % 7 === 3) {
      renameSync(log, `${log}.${kill}`);
      writeFileSync(log, '');
    }
    // Killed while it starts, or reads, or writes, or sends.
    if (kill % 4 === 1) await until(() => agent.said().includes('cannot be reached'));
    else if (kill % 4 > 1) await until(() => desk.requests.length > heard);
    await wait(Math.random() * 60);
    await agent.end('SIGKILL');
    if (kill % 4 === 1) await desk.start();
  }
  let rest = '';
  while (written < LINES) rest += line(written++);
  appendFileSync(log, rest);

  desk.mood = () => 'count';
  const last = startAgent(t, desk, args.slice(1), { pace });
  t.equal(await last.exit, 0, last.said());
  t.equal(desk.total, LINES);
  t.equal(desk.counts.size, GROUPS);
  t.strictSame([...new Set(desk.counts.values())], [LINES / GROUPS]);
  t.strictSame(desk.faults, []);
  t.ok(desk.requests.length > desk.batches.size, 'some batches came more than once');
});

for (const move of ['rename', 'copy and empty'] as const) {
  t.test(`a busy log that is rotated all the time (${move}): each line counts once`, async (t) => {
    const desk = await fakeDesk(t);
    const folder = t.testdir({});
    const log = join(folder, 'mail.log');
    writeFileSync(log, '');
    const args = ['--state', join(folder, 'state'), log];
    const agent = startAgent(t, desk, ['--follow', ...args], { pace: { look: 1, gather: 5 } });
    await until(() => existsSync(join(folder, 'state', 'state.json')));
    const rotations = 150;
    let written = 0;
    let begun = 0;
    for (let rotation = 1; rotation <= rotations; rotation++) {
      for (let piece = 0; piece < 1 + (rotation % 4); piece++) {
        let text = '';
        for (let lines = 0; lines < 30; lines++) text += line(written++);
        appendFileSync(log, text);
        await wait(Math.random() * 6);
      }
      // The newest has the highest number, so that nothing else is renamed.
      if (move === 'rename') {
        renameSync(log, `${log}.${rotation}`);
        writeFileSync(log, '');
      } else {
        // By what was read of it a log is known again in its copy; the last lines are written just before it.
        await until(() => desk.total > begun);
        appendFileSync(log, line(written++));
        begun = written;
        copyFileSync(log, `${log}.${rotation}`);
        truncateSync(log);
      }
    }
    t.equal(await agent.end('SIGTERM'), 0);
    t.equal(await startAgent(t, desk, args).exit, 0);
    t.equal(desk.total, written);
    t.strictSame(desk.faults, []);
  });
}
