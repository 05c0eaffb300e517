import t from 'tap';
import { sign } from '../../src/webhooks/signature.ts';
import type { Receiver } from './receiver.fixture.ts';
import { CANARY, hookDesk } from './webhooks.fixture.ts';

const words = ({ receiver }: { receiver: Receiver }) => receiver.got.map(({ event }) => event.data.title);

t.test('entries go out in their order, signed, each once', async (t) => {
  const desk = await hookDesk(t);
  await desk.note('one');
  await desk.api('PATCH', `/incidents/${desk.number}`, { title: 'Another title' });
  await desk.fanOut();
  t.equal(await desk.work(), 2);
  await desk.fanOut();
  t.equal(await desk.work(), 0);
  t.strictSame(words(desk), ['Note', 'Facts changed']);
  for (const { id, headers, body } of desk.receiver.got) {
    const seconds = Number(headers['webhook-timestamp']);
    t.ok(Math.abs(seconds - Date.now() / 1000) < 60);
    t.equal(headers['webhook-signature'], sign([CANARY], { id, seconds, body: Buffer.from(body) }));
    t.notMatch(body, 'one', 'what a note says stays here');
  }
  t.not(desk.receiver.got[0]?.id, desk.receiver.got[1]?.id);
  t.match((await desk.targetRow()).last_delivered_at, Date);
});

t.test('a target gets what it chose by group, provider and severity', async (t) => {
  const desk = await hookDesk(t, { target: { groups: ['state'] } });
  const notes = await desk.add({ name: 'Notes', groups: ['notes'] });
  const gmail = await desk.add({ name: 'Gmail', providers: ['gmail'] });
  const critical = await desk.add({ name: 'Critical', leastSeverity: 'critical' });
  await desk.note('one');
  await desk.fanOut();
  for (const [target, many] of [
    [desk.target, 0],
    [notes, 1],
    [gmail, 0],
    [critical, 0],
  ] as const)
    t.equal((await desk.deliveries(target)).length, many);
  await desk.api('PATCH', `/incidents/${desk.number}`, { severity: 'critical' });
  await desk.fanOut();
  t.equal((await desk.deliveries(critical)).length, 1);
});

t.test(
  'a sender that is gone loses its lease, and what it sent is sent again under the same id',
  async (t) => {
    const desk = await hookDesk(t);
    await desk.note('1');
    await desk.fanOut();
    const { takeDelivery } = await import('../../src/webhooks/deliveries.ts');
    const lost = await takeDelivery(desk.db, { failing: true });
    t.ok(lost);
    t.equal(await desk.work(), 0, 'nobody else takes it meanwhile');
    await desk.db
      .updateTable('webhook_deliveries')
      .set({ lease_until: new Date(Date.now() - 1000) })
      .execute();
    t.equal(await desk.work(), 1);
    t.equal(desk.receiver.got[0]?.id, lost?.message_id);
    t.match((await desk.deliveries())[0], { state: 'delivered', attempts: 2 });
  },
);
