import t from 'tap';
import { settle, takeDelivery } from '../../src/webhooks/deliveries.ts';
import { resumeTarget } from '../../src/webhooks/targets.ts';
import { REFUSAL } from '../desk.ts';
import { Receiver } from './receiver.fixture.ts';
import { ACTOR, hookDesk } from './webhooks.fixture.ts';

t.test(
  'a dead target is left alone for longer and longer, and is paused after three days, which others hear of',
  async (t) => {
    const desk = await hookDesk(t, { script: () => 503 });
    const other = await Receiver.start(t);
    await desk.add({ name: 'Other', url: other.url(), groups: ['desk'] });
    for (const text of ['1', '2']) await desk.note(text);
    await desk.fanOut();
    await desk.work();
    t.equal(desk.receiver.got.length, 1);
    t.equal(await desk.work(), 0, 'it rests');
    t.match(await desk.targetRow(), { failures: 1, rest_until: Date, last_problem: 'answered 503' });
    const longAgo = new Date(Date.now() - 73 * 3_600_000);
    await desk.db
      .updateTable('webhook_targets')
      .set({ failing_since: longAgo })
      .where('id', '=', desk.target)
      .execute();
    await desk.hurry();
    await desk.work();
    t.match(await desk.targetRow(), { paused_by: 'Delist Desk', paused_why: /three days.*answered 503/ });
    await desk.hurry();
    await desk.work();
    t.equal(desk.receiver.got.length, 2, 'nothing goes to it any more');
    await desk.note('3');
    await desk.fanOut();
    await desk.work();
    t.match(other.got.at(-1)?.event, {
      type: 'desk.webhook-paused',
      data: { words: /^The webhook Receiver was paused\. Nothing could be delivered/ },
    });
    desk.receiver.script = () => 204;
    await desk.db.transaction().execute((trx) => resumeTarget(trx, ACTOR, desk.target, { drop: false }));
    await desk.work();
    t.strictSame(
      (await desk.deliveries()).map(({ state }) => state),
      ['delivered', 'delivered', 'delivered', 'delivered'],
    );
  },
);

t.test('when a target comes back, what waited for hours goes out at once', async (t) => {
  const desk = await hookDesk(t, { script: () => 500 });
  await desk.note('1');
  await desk.fanOut();
  for (let tries = 0; tries < 4; tries += 1) {
    await desk.work();
    await desk.hurry();
  }
  desk.receiver.script = () => 204;
  await desk.db
    .updateTable('webhook_deliveries')
    .set({ due_at: new Date(Date.now() + 3_600_000) })
    .execute();
  const second = (
    await desk.api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', '198.51.100.9') })
  ).body.number;
  await desk.note('2', second);
  await desk.fanOut();
  await desk.work();
  t.ok((await desk.deliveries()).every(({ state }) => state === 'delivered'));
  t.match(await desk.targetRow(), { failures: 0, failing_since: null });
});

t.test('a receiver that asks for patience gets it', async (t) => {
  const desk = await hookDesk(t, {
    script: (_got, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
      return undefined;
    },
  });
  await desk.note('1');
  await desk.fanOut();
  await desk.work();
  const in50Minutes = Date.now() + 50 * 60_000;
  t.ok(((await desk.targetRow()).rest_until?.getTime() ?? 0) > in50Minutes);
  t.ok(((await desk.deliveries())[0]?.due_at.getTime() ?? 0) > in50Minutes);
});

t.test('what the receiver at the old address answers is not held against that at the new one', async (t) => {
  const desk = await hookDesk(t);
  for (const status of [410, 503]) {
    await desk.note(String(status));
    await desk.fanOut();
    const taken = await takeDelivery(desk.db, { failing: true });
    if (!taken) throw new Error('nothing is due');
    await desk.api('PATCH', `/webhooks/${desk.target}`, { url: desk.receiver.url() });
    const late = { status, words: `answered ${status}`, at: new Date(), durationMs: 1, answer: '' };
    await settle(desk.db, taken, late, { now: new Date(), random: 0.5 });
    t.match(await desk.targetRow(), { failures: 0, paused_at: null, last_problem: '' }, String(status));
    t.equal(await desk.work(), 1, 'it goes to the new one at once');
    t.match((await desk.deliveries()).at(-1), { state: 'delivered', attempts: 2 });
  }
});
