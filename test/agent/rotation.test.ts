import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { Logs } from '../../src/agent/logs.ts';
import type { Place } from '../../src/agent/reading.ts';
import { Say } from '../../src/agent/say.ts';
import { wordScanner } from './scanner.fixture.ts';

/** A log, rotated as logrotate does it, and an agent that reads it and may be started anew. */
class Stage {
  readonly log: string;
  readonly counts = new Map<string, number>();
  readonly said: string[] = [];
  written = 0;
  places: Place[] = [];
  #logs: Logs;
  readonly #paths: string[];
  readonly #linger: number;

  constructor(t: Test, more: { paths?: string[]; linger?: number } = {}) {
    const folder = mkdtempSync(join(t.testdir({}), 'logs-'));
    this.log = join(folder, 'mail.log');
    this.#paths = more.paths?.map((name) => join(folder, name)) ?? [this.log];
    this.#linger = more.linger ?? 60_000;
    this.#logs = this.#open();
  }

  /** Lines that are unlike any other; an unfinished one is ended by the next call. */
  write(lines: number, unfinished = false): void {
    let text = '';
    for (let line = 0; line < lines; line++) {
      this.written += 1;
      text += `L${this.written} ${'x'.repeat(this.written % 90)}\n`;
    }
    appendFileSync(this.log, unfinished ? text.slice(0, -1) : text);
    if (unfinished) this.#owed = '\n';
  }

  #owed = '';

  end(): void {
    if (this.#owed) appendFileSync(this.log, this.#owed);
    this.#owed = '';
  }

  /** Names move up by one. */
  shift(pack = false): void {
    for (let number = this.#rotations; number >= 1; number--)
      for (const ending of ['', '.gz'])
        if (existsSync(`${this.log}.${number}${ending}`))
          renameSync(`${this.log}.${number}${ending}`, `${this.log}.${number + 1}${ending}`);
    this.#rotations += 1;
    if (pack && existsSync(`${this.log}.2`)) this.pack(2);
  }

  #rotations = 0;

  /** As gzip does it: the time of the last change stays. */
  pack(number: number): void {
    const file = `${this.log}.${number}`;
    const { atimeMs, mtimeMs } = statSync(file);
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
    utimesSync(`${file}.gz`, atimeMs / 1000, mtimeMs / 1000);
    rmSync(file);
  }

  rename(pack = false): void {
    this.end();
    this.shift(pack);
    renameSync(this.log, `${this.log}.1`);
    writeFileSync(this.log, '');
  }

  copyTruncate(pack = false): void {
    this.end();
    this.shift(pack);
    copyFileSync(this.log, `${this.log}.1`);
    truncateSync(this.log);
  }

  /** Once around, as between two looks. */
  async look(): Promise<void> {
    await this.#logs.read();
  }

  async readAll(): Promise<void> {
    while ((await this.#logs.read()) > 0);
  }

  take(): void {
    const { rows, places } = this.#logs.take();
    this.places = JSON.parse(JSON.stringify(places)) as Place[];
    for (const { via, count } of rows) this.counts.set(via, (this.counts.get(via) ?? 0) + count);
  }

  /** Without a word of goodbye: what was read and not taken is forgotten. */
  restart(): void {
    this.#logs = this.#open();
  }

  #open(): Logs {
    return new Logs({
      paths: this.#paths,
      places: this.places,
      openScanner: wordScanner,
      say: new Say((line) => this.said.push(line)),
      linger: this.#linger,
    });
  }

  finish(): void {
    this.#logs.finish();
    this.take();
  }

  /** Lines that were not counted once. */
  get wrong(): string[] {
    const all = Array.from({ length: this.written }, (_, index) => `L${index + 1}`);
    return [
      ...all
        .filter((line) => this.counts.get(line) !== 1)
        .map((line) => `${line}: ${this.counts.get(line) ?? 0}`),
      ...[...this.counts.keys()].filter((via) => Number(via.slice(1)) > this.written || !via.startsWith('L')),
    ];
  }

  async settle(): Promise<string[]> {
    this.end();
    await this.readAll();
    this.take();
    return this.wrong;
  }
}

const MOVES = ['rename', 'copyTruncate'] as const;

for (const move of MOVES) {
  t.test(`${move}: the old log is read to its end, then the new one`, async (t) => {
    const stage = new Stage(t);
    stage.write(5);
    await stage.readAll();
    stage.write(3);
    stage[move]();
    stage.write(4);
    t.strictSame(await stage.settle(), []);
  });

  t.test(`${move} while the agent is down: what was not read is found beside it`, async (t) => {
    const stage = new Stage(t);
    stage.write(5);
    await stage.settle();
    stage.write(3);
    stage[move]();
    stage.write(40);
    stage.restart();
    t.strictSame(await stage.settle(), []);
    t.strictSame(stage.said, []);
  });

  t.test(`${move} while the agent is down, and packed: it is unpacked`, async (t) => {
    const stage = new Stage(t);
    stage.write(900);
    await stage.settle();
    stage.write(300);
    stage[move]();
    stage.pack(1);
    stage.write(4);
    stage.restart();
    t.strictSame(await stage.settle(), []);
    stage.restart();
    t.strictSame(await stage.settle(), [], 'and not again at the next start');
  });

  t.test(`${move} several times while the agent is down: no log in between is missed`, async (t) => {
    const stage = new Stage(t);
    stage.write(50);
    await stage.settle();
    for (let round = 0; round < 4; round++) {
      stage.write(20);
      await wait(20);
      stage[move](true);
    }
    stage.write(5);
    stage.restart();
    t.strictSame(await stage.settle(), []);
    stage.restart();
    t.strictSame(await stage.settle(), []);
  });

  t.test(`${move}: logs of before the first start are left alone`, async (t) => {
    const stage = new Stage(t);
    stage.write(7);
    stage[move]();
    await wait(20);
    const before = stage.written;
    stage.write(3);
    await stage.settle();
    stage[move](true);
    stage.write(2);
    await stage.settle();
    stage.restart();
    await stage.settle();
    t.strictSame(
      stage.wrong,
      Array.from({ length: before }, (_, index) => `L${index + 1}: 0`),
    );
  });
}

t.test('a server that goes on writing to the renamed log is followed there', async (t) => {
  const stage = new Stage(t);
  stage.write(2);
  await stage.readAll();
  stage.rename();
  stage.write(2);
  await stage.readAll();
  stage.written += 1;
  appendFileSync(`${stage.log}.1`, `L${stage.written} late\n`);
  t.strictSame(await stage.settle(), []);
});

t.test('delete and create: the deleted log is read to its end', async (t) => {
  const stage = new Stage(t);
  stage.write(2);
  await stage.look();
  stage.write(3);
  rmSync(stage.log);
  stage.write(4);
  t.strictSame(await stage.settle(), []);
});

t.test('inode-reuse: a new log with the number of a deleted one is read from its start', async (t) => {
  const stage = new Stage(t, { linger: 0 });
  for (let round = 0; round < 20; round++) {
    stage.write(3);
    await stage.readAll();
    rmSync(stage.log);
    // The deleted one is let go, so that its number is free.
    await stage.look();
    await stage.look();
    if (round % 3 === 0) {
      stage.take();
      stage.restart();
    }
  }
  t.strictSame(await stage.settle(), []);
});

t.test('emptied-and-refilled: a log that has grown past the old place is new all the same', async (t) => {
  const stage = new Stage(t);
  stage.write(5);
  await stage.settle();
  truncateSync(stage.log);
  stage.write(500);
  t.strictSame(await stage.settle(), []);
  t.match(stage.said, [/was emptied/]);
});

t.test('names that are given twice, and rotated ones that are given too, count once', async (t) => {
  const stage = new Stage(t, { paths: ['mail.log', 'mail.log', 'mail.log.1', 'mail.log.2.gz'] });
  stage.write(600);
  stage.rename();
  stage.write(300);
  stage.rename(true);
  stage.write(20);
  t.strictSame(await stage.settle(), []);
  for (let round = 0; round < 3; round++) {
    stage.write(30);
    stage.rename(true);
    stage.write(10);
    if (round !== 1) stage.restart();
    t.strictSame(await stage.settle(), [], `rotated ${round + 1} times`);
  }
});

t.test('a log that is gone with unread lines is told', async (t) => {
  const stage = new Stage(t);
  stage.write(5);
  await stage.settle();
  rmSync(stage.log);
  stage.write(1);
  stage.restart();
  t.strictSame(await stage.settle(), []);
  t.match(stage.said, [/is gone; lines added to it since are not counted/]);
});

t.test('an unfinished last line waits for its end, over a restart too', async (t) => {
  const stage = new Stage(t);
  stage.write(3, true);
  await stage.readAll();
  stage.take();
  t.equal(stage.counts.size, 2);
  stage.restart();
  await stage.readAll();
  stage.take();
  t.equal(stage.counts.size, 2);
  t.strictSame(await stage.settle(), []);
});

t.test('an unfinished last line counts when nothing more will come', async (t) => {
  const stage = new Stage(t);
  stage.write(3, true);
  await stage.readAll();
  stage.finish();
  t.strictSame(stage.wrong, []);
  stage.restart();
  stage.end();
  stage.write(2);
  t.strictSame(await stage.settle(), [], 'and is not read again');
});

/** A small generator, so that a failing run can be repeated by its seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

t.test('whatever the order of writes, rotations, looks and restarts, each line counts once', async (t) => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed);
    const stage = new Stage(t);
    const move = MOVES[seed % 2] ?? 'rename';
    const steps: string[] = [];
    stage.write(1 + random(3));
    await stage.look();
    stage.take();
    for (let step = 0; step < 40; step++) {
      const choice = random(10);
      steps.push(String(choice));
      if (choice <= 3) {
        stage.end();
        stage.write(1 + random(40), random(3) === 0);
      } else if (choice === 4) {
        await wait(10);
        stage[move](random(2) === 0);
        stage.write(1 + random(5));
      } else if (choice <= 6) await stage.look();
      else if (choice === 7) stage.take();
      else if (choice === 8) stage.restart();
      else if (existsSync(`${stage.log}.1`)) stage.pack(1);
    }
    const wrong = await stage.settle();
    if (wrong.length > 0)
      t.fail(`seed ${seed}: ${steps.join('')}`, { wrong: wrong.slice(0, 5), said: stage.said });
  }
  t.pass('all of them');
});

t.test('a log that has a file for each day goes by a name with a star', async (t) => {
  const folder = t.testdir({});
  const star = join(folder, '*-delivery.log');
  const day = (date: string, text: string) =>
    appendFileSync(join(folder, `2026.01.${date}-delivery.log`), text);
  const said: string[] = [];
  const read: string[] = [];
  const counts = new Map<string, number>();
  const open = (places: Place[]) =>
    new Logs({
      paths: [star],
      places,
      openScanner: (file) => {
        read.push(basename(file ?? ''));
        return wordScanner();
      },
      say: new Say((line) => said.push(line)),
      linger: 60_000,
    });
  const settle = async (logs: Logs): Promise<Place[]> => {
    while ((await logs.read()) > 0);
    const { rows, places } = logs.take();
    for (const { via, count } of rows) counts.set(via, (counts.get(via) ?? 0) + count);
    return JSON.parse(JSON.stringify(places)) as Place[];
  };

  let logs = open([]);
  await settle(logs);
  t.match(said, [/cannot be read: it is not there/], 'there is none yet');
  day('08', 'before\n');
  // The clock of files goes in steps.
  await wait(50);
  day('09', 'first\n');
  writeFileSync(join(folder, '2026.01.10-smtp.log'), 'other\n');
  await settle(logs);
  day('10', 'next\n');
  day('09', 'late\n');
  const places = await settle(logs);
  t.strictSame(read, ['2026.01.09-delivery.log', '2026.01.10-delivery.log'], 'each by its own name');

  day('10', 'down\n');
  day('11', 'missed\n');
  day('12', 'newest\n');
  logs = open(places);
  await settle(logs);
  t.strictSame(
    Object.fromEntries(counts),
    { first: 1, late: 1, next: 1, down: 1, missed: 1, newest: 1 },
    'each line once; what was there before the start is not begun with',
  );
});
