import t from 'tap';
import { inOrder } from '../../src/cli/in-order.ts';

async function all<Thing>(things: AsyncIterable<Thing>): Promise<Thing[]> {
  const found: Thing[] = [];
  for await (const thing of things) found.push(thing);
  return found;
}

t.test('results come in order, with no more under way than may be', async (t) => {
  let [underWay, most] = [0, 0];
  const work = async (thing: number) => {
    most = Math.max(most, ++underWay);
    await new Promise((done) => setTimeout(done, (thing * 7) % 5));
    underWay -= 1;
    return thing * 2;
  };
  const things = Array.from({ length: 50 }, (_, at) => at);
  t.strictSame(
    await all(inOrder(things, 8, work)),
    things.map((thing) => thing * 2),
  );
  t.equal(most, 8);
  t.strictSame(await all(inOrder([], 8, work)), []);
  t.strictSame(await all(inOrder([1], 8, work)), [2]);
});
