import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { FolderInUse, takeLock } from '../../src/database/lock.ts';

const SCRIPT = fileURLToPath(new URL('./lock-process.fixture.ts', import.meta.url));
/** No process has it: Linux gives out pids below 2^22. */
const NOBODY = 4_194_304;
const NO_PROC = existsSync('/proc/self/stat') ? false : 'no /proc: start times cannot be told';

/** Our own line in a lock, as `takeLock` writes it. */
const ownLine = (t: Test) => {
  const folder = t.testdir({});
  const release = takeLock(folder);
  const line = readFileSync(join(folder, 'lock'), 'utf8');
  release();
  return line;
};

const lockOf = (folder: string) => readFileSync(join(folder, 'lock'), 'utf8');

type Line = { taken?: string | true; look?: number; won?: number[] };
type Contender = { child: ChildProcess; line: () => Promise<Line>; end: () => Promise<void> };

/** Another process; it says a line for each thing it did and lives until `end`, or the end of the test. */
function contender(t: Test, mode: 'take' | 'pause' | 'race', folder: string, ...more: number[]): Contender {
  const child = spawn(process.execPath, [SCRIPT, mode, folder, ...more.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {},
  });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = async () => {
    child.stdin.end();
    await exit;
  };
  t.teardown(end);
  return { child, end, line: async () => JSON.parse((await lines.next()).value as string) as Line };
}

t.test('one process: the lock is there until it is released, and a second start is refused', async (t) => {
  const folder = join(t.testdir({}), 'made', 'when', 'missing');
  const release = takeLock(folder);
  t.equal(lockOf(folder).split(' ')[0], String(process.pid));
  t.strictSame(readdirSync(folder), ['lock'], 'nothing else is left');
  t.throws(() => takeLock(folder), { name: 'FolderInUse', message: new RegExp(` ${process.pid}\\.`) });
  t.strictSame(readdirSync(folder), ['lock']);
  release();
  t.strictSame(readdirSync(folder), []);
  takeLock(folder)();
});

t.test('a second process is refused with the pid of the first and what to do', async (t) => {
  const folder = t.testdir({});
  const owner = contender(t, 'take', folder);
  t.strictSame(await owner.line(), { taken: true });
  t.throws(() => takeLock(folder), {
    name: 'FolderInUse',
    message: new RegExp(
      `^${folder} is in use by process ${owner.child.pid}\\. Stop it first, or set DATA_DIR`,
    ),
  });
  const release = takeLock(t.testdir({ other: {} }));
  const refused = await contender(t, 'take', t.testdirName).line();
  t.match(refused.taken, `is in use by process ${process.pid}.`, 'and the other way round');
  release();
});

t.test('a dead owner’s lock is taken over, also after kill -9', async (t) => {
  const folder = t.testdir({});
  const owner = contender(t, 'take', folder);
  t.strictSame(await owner.line(), { taken: true });
  t.throws(() => takeLock(folder), FolderInUse);
  owner.child.kill('SIGKILL');
  await owner.end();
  t.match(lockOf(folder), new RegExp(`^${owner.child.pid} `), 'its lock is still there');
  const release = takeLock(folder);
  t.match(lockOf(folder), new RegExp(`^${process.pid} `));
  t.strictSame(readdirSync(folder), ['lock']);
  release();
});

t.test('pid-reuse: a lock with this pid and another start is stale', { skip: NO_PROC }, async (t) => {
  const own = ownLine(t);
  const [pid, started] = own.trim().split(' ');
  t.match(started, /^\d+$/);
  const folder = t.testdir({ lock: `${pid} ${Number(started) - 1}\n` });
  const release = takeLock(folder);
  t.equal(lockOf(folder), own);
  release();
});

t.test(
  'pid-reuse: a living process that started at another time is not the owner',
  { skip: NO_PROC },
  (t) => {
    const parent = process.ppid;
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    t.throws(() => takeLock(t.testdir({ lock: `${parent} ${started}\n` })), { message: ` ${parent}.` });
    t.doesNotThrow(() => takeLock(t.testdir({ lock: `${parent} ${Number(started) + 1}\n` }))());
    t.throws(
      () => takeLock(t.testdir({ lock: `${parent}\n` })),
      { message: ` ${parent}.` },
      'without a start time, a living process counts as the owner',
    );
    t.end();
  },
);

t.test(
  'same-pid-in-a-container: what a killed process of this pid left is no lock',
  { skip: NO_PROC },
  (t) => {
    // Killed between linking its lock and clearing up: both names are one file.
    const folder = t.testdir({ lock: `${process.pid} 1\n` });
    linkSync(join(folder, 'lock'), join(folder, `lock.${process.pid}`));
    const release = takeLock(folder);
    t.strictSame(readdirSync(folder), ['lock']);
    release();
    t.end();
  },
);

t.test('half-written-lock: an empty or garbled lock file keeps nobody out', async (t) => {
  const garbage = [
    '',
    '\n',
    '\0'.repeat(20),
    'garbage',
    '0 0',
    '-1 5',
    '1e3 7',
    '1.5',
    '../../x 1',
    '99999999999 1',
    '7 ../../x',
    'x'.repeat(5000),
  ];
  for (const lock of garbage) {
    const folder = t.testdir({ lock });
    const release = takeLock(folder);
    t.match(lockOf(folder), new RegExp(`^${process.pid} `), JSON.stringify(lock.slice(0, 20)));
    t.strictSame(readdirSync(folder), ['lock']);
    release();
  }
});

t.test('release removes only its own lock', async (t) => {
  const folder = t.testdir({});
  const release = takeLock(folder);
  writeFileSync(join(folder, 'lock'), `${NOBODY} 1\n`);
  release();
  t.equal(lockOf(folder), `${NOBODY} 1\n`);
  takeLock(folder)();
  t.doesNotThrow(release, 'nor does it mind when there is none');
});

t.test('a folder that cannot be written to says so', (t) => {
  const folder = t.testdir({ file: 'not a folder' });
  t.throws(() => takeLock(join(folder, 'file')), { code: 'EEXIST' });
  t.end();
});

t.test('stolen-lock: a process that was slow to clear a dead lock takes nobody’s', async (t) => {
  const folder = t.testdir({ lock: `${NOBODY} 1\n` });
  const slow = contender(t, 'pause', folder);
  const others: Contender[] = [];
  const answers: Line[] = [];
  let line = await slow.line();
  t.strictSame(line, { look: 1 }, 'it has seen the dead lock');
  // Wherever it looks at a lock, somebody else starts in between.
  for (; line.look; line = await slow.line()) {
    const other = contender(t, 'take', folder);
    others.push(other);
    answers.push(await other.line());
    writeFileSync(join(folder, `go-${line.look}`), '');
  }
  t.ok(answers.length > 1, 'it was overtaken more than once');
  t.strictSame(answers[0], { taken: true });
  for (const answer of [...answers.slice(1), line]) {
    t.match(answer.taken, `FolderInUse: ${folder} is in use by process ${others[0]?.child.pid}.`);
  }
  t.match(lockOf(folder), new RegExp(`^${others[0]?.child.pid} `));
});

t.test('a clearer that died while clearing keeps nobody out', async (t) => {
  const folder = t.testdir({
    lock: `${NOBODY} 1\n`,
    [`lock.after-${NOBODY}-1`]: `${NOBODY + 1} 1\n`,
  });
  const release = takeLock(folder);
  t.match(lockOf(folder), new RegExp(`^${process.pid} `));
  t.strictSame(readdirSync(folder), ['lock']);
  release();
});

t.test('of several processes that race for a dead lock, exactly one wins', async (t) => {
  const rounds = 150;
  const root = t.testdir({});
  for (let round = 0; round < rounds; round++) {
    mkdirSync(join(root, String(round)));
    writeFileSync(join(root, String(round), 'lock'), `${NOBODY} ${round}\n`);
  }
  const racers = Array.from({ length: 4 }, () => contender(t, 'race', root, Date.now() + 1500, rounds));
  const won = (await Promise.all(racers.map((racer) => racer.line()))).map((line) => line.won ?? []);
  t.strictSame(
    won.flat().sort((a, b) => a - b),
    Array.from({ length: rounds }, (_, round) => round),
  );
  for (const [index, racer] of racers.entries())
    for (const round of won[index] ?? [])
      if (!lockOf(join(root, String(round))).startsWith(`${racer.child.pid} `)) t.fail(`round ${round}`);
});
