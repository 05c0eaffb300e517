import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { aside, MOST_IN_LINE, ThreadLost } from '../src/aside/aside.ts';
import { holdThread, moduleOf } from './aside.fixture.ts';

/** Keeps a processor busy for so long. */
const BUSY = 'async (ms) => { for (const end = Date.now() + ms; Date.now() < end; ); return "done"; }';

t.test('others are answered while a large input is worked on', async (t) => {
  const made = aside<string>(moduleOf(`export default ${BUSY}`), 500);
  let answered = 0;
  let isDone = false;
  void made.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await wait(5);
    answered += 1;
  }
  t.equal(await made, 'done');
  t.ok(answered > 5, `${answered} turns of the event loop meanwhile`);
});

t.test('octets go there and come back', async (t) => {
  const doubled = await aside<Uint8Array>(
    moduleOf('export default (octets) => octets.map((one) => one * 2)'),
    Buffer.from([1, 2, 100]),
  );
  t.strictSame([...doubled], [2, 4, 200]);
});

t.test('what fails, ends or takes too long is told, and the next is done all the same', async (t) => {
  const folder = t.testdir({
    'fails.mjs': 'export default () => { throw new Error("no such thing"); }',
    'ends.mjs': 'export default () => process.exit(3)',
    'busy.mjs': `export default ${BUSY}`,
  });
  const at = (name: string) => pathToFileURL(join(folder, name));
  await t.rejects(aside(at('fails.mjs'), null), { message: 'no such thing' });
  await t.rejects(aside(at('ends.mjs'), null), new ThreadLost('The thread ended with 3.'));
  await t.rejects(
    aside(at('busy.mjs'), 60_000, { longestMs: 300 }),
    new ThreadLost('It took longer than 0.3 s.'),
  );
  t.equal(await aside(at('busy.mjs'), 1), 'done');
});

t.test('one at a time, in their order', async (t) => {
  const module = moduleOf(
    `export default async (n) => { await new Promise((r) => setTimeout(r, 30 - n * 10)); return n; }`,
  );
  const order: number[] = [];
  await Promise.all([0, 1, 2].map(async (n) => void order.push(await aside<number>(module, n))));
  t.strictSame(order, [0, 1, 2]);
});

t.test('so many wait and no more, as each holds its input; our own work waits all the same', async (t) => {
  const same = moduleOf('export default (n) => n');
  await t.test('while the thread is busy', async (t) => {
    const letGo = holdThread();
    const line = Array.from({ length: MOST_IN_LINE - 1 }, (_, n) => aside<number>(same, n));
    await t.rejects(aside(same, null), { name: 'Problem', code: 'too-busy' });
    const own = aside<string>(same, 'own', { patient: true });
    await letGo();
    t.strictSame(await Promise.all(line), [...line.keys()]);
    t.equal(await own, 'own');
  });
  const lost = moduleOf('export default () => process.exit(3)');
  for (let n = 0; n <= MOST_IN_LINE; n += 1) await t.rejects(aside(lost, null), ThreadLost);
  t.pass('who has failed is out of the line');
});
