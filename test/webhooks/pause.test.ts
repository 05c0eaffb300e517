import t from 'tap';
import { pauseTarget, resumeTarget } from '../../src/webhooks/targets.ts';
import { REFUSAL } from '../desk.ts';
import { Receiver } from './receiver.fixture.ts';
import { ACTOR, hookDesk } from './webhooks.fixture.ts';

t.test('a slow target is asked a few at a time, and keeps no place from others', async (t) => {
  const desk = await hookDesk(t);
  const held: (() => void)[] = [];
  desk.receiver.script = (_got, response) => {
    held.push(() => response.writeHead(204).end());
    return undefined;
  };
  const other = await Receiver.start(t);
  await desk.add({ name: 'Other', url: other.url() });
  const numbers: number[] = [];
  for (let index = 1; index <= 5; index += 1)
    numbers.push(
      (
        await desk.api('POST', '/incidents', {
          report: REFUSAL.replace('203.0.113.7', `198.51.100.${index}`),
        })
      ).body.number,
    );
  await desk.fanOut();
  const working = desk.work();
  const all = (await desk.deliveries()).length;
  while (other.got.length < all) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(desk.receiver.got.length, 4, 'four at a time, while the other has everything');
  const letGo = setInterval(() => {
    for (const end of held.splice(0)) end();
  }, 10);
  await working;
  clearInterval(letGo);
  t.equal(desk.receiver.got.length, all);
  t.equal(desk.receiver.most, 4);
});

t.test('what is paused by hand waits; on resuming it is sent, or dropped', async (t) => {
  const desk = await hookDesk(t);
  const change = (run: Parameters<ReturnType<typeof desk.db.transaction>['execute']>[0]) =>
    desk.db.transaction().execute(run);
  await change((trx) => pauseTarget(trx, ACTOR, desk.target, 'by hand'));
  await desk.note('1');
  await desk.fanOut();
  t.equal(await desk.work(), 0);
  await change((trx) => resumeTarget(trx, ACTOR, desk.target, { drop: true }));
  t.equal(await desk.work(), 0);
  t.equal((await desk.deliveries())[0]?.state, 'dropped');
  await desk.note('2');
  await desk.fanOut();
  t.equal(await desk.work(), 1);
});
