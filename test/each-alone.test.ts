import t from 'tap';
import { eachAlone } from '../src/each-alone.ts';

t.test('each has its turn, one after the other; what fails is told with whose it was', async (t) => {
  const events: string[] = [];
  const work = async (one: number) => {
    events.push(`begins ${one}`);
    await new Promise(setImmediate);
    if (one % 2 === 0) throw new Error(`no ${one}`);
    events.push(`ends ${one}`);
  };
  await eachAlone([1, 2, 3, 4], work, (error, one) => events.push(`${one}: ${(error as Error).message}`));
  t.strictSame(events, [
    'begins 1',
    'ends 1',
    'begins 2',
    '2: no 2',
    'begins 3',
    'ends 3',
    'begins 4',
    '4: no 4',
  ]);
});

t.test('what throws before it waits is told as well, and a fault in the telling ends it', async (t) => {
  const seen: number[] = [];
  const work = (one: number): Promise<void> => {
    seen.push(one);
    throw new Error('at once');
  };
  await eachAlone([1, 2], work, () => {});
  t.strictSame(seen, [1, 2]);
  const telling = eachAlone([3, 4], work, () => {
    throw new Error('nobody listens');
  });
  await t.rejects(telling, { message: 'nobody listens' });
  t.strictSame(seen, [1, 2, 3]);
});
