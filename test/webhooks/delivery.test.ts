import t from 'tap';
import { replay } from '../../src/webhooks/lines.ts';
import { sign } from '../../src/webhooks/signature.ts';
import { REFUSAL } from '../desk.ts';
import { Receiver } from './receiver.fixture.ts';
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

t.test('the next of an incident waits for its predecessor; other incidents and targets go on', async (t) => {
  const desk = await hookDesk(t);
  const other = await Receiver.start(t);
  await desk.add({ name: 'Other', url: other.url() });
  const second = (
    await desk.api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', '198.51.100.9') })
  ).body.number;
  await desk.fanOut();
  await desk.work();
  const before = desk.receiver.got.length;
  desk.receiver.script = ({ event }) => (event.data.incident?.number === desk.number ? 400 : 204);
  for (const text of ['1', '2', '3']) {
    await desk.note(text);
    await desk.note(text, second);
  }
  await desk.fanOut();
  await desk.work();
  const since = desk.receiver.got.slice(before).map(({ event }) => event.data.incident?.number);
  t.equal(since.filter((one) => one === desk.number).length, 1, 'the first was tried, no other of its line');
  t.equal(since.filter((one) => one === second).length, 3);
  t.equal(other.got.filter(({ event }) => event.type === 'incident.note-added').length, 6);
  desk.receiver.script = () => 204;
  const first = desk.receiver.got.find(
    ({ event }) => event.data.incident?.number === desk.number && event.type === 'incident.note-added',
  );
  await desk.hurry();
  await desk.work();
  const line = desk.receiver.got.filter(
    ({ event }) => event.data.incident?.number === desk.number && event.type === 'incident.note-added',
  );
  t.equal(line[1]?.id, first?.id, 'sent again under its id');
  t.equal(line[1]?.body, first?.body, 'and octet for octet');
  const entries = line.map(({ event }) => event.data.entryId ?? 0);
  t.strictSame(
    entries,
    entries.toSorted((a, b) => a - b),
  );
  t.equal(line.length, 4);
});

t.test('what is given up lets the next go, stays in the log, and is replayed under its id', async (t) => {
  const desk = await hookDesk(t);
  let refused = '';
  desk.receiver.script = ({ id }) => {
    refused ||= id;
    return id === refused ? 422 : 204;
  };
  for (const text of ['1', '2']) await desk.note(text);
  await desk.fanOut();
  for (let tries = 0; tries < 3; tries += 1) {
    await desk.work();
    await desk.hurry();
  }
  desk.receiver.script = () => 204;
  await desk.work();
  const [given, next] = await desk.deliveries();
  t.match([given?.state, next?.state], ['failed', 'delivered']);
  t.match(given, { attempts: 3, last_status: 422, last_words: 'answered 422' });
  const attempts = await desk.db
    .selectFrom('webhook_attempts')
    .selectAll()
    .where('delivery_id', '=', given?.id ?? 0)
    .execute();
  t.equal(attempts.length, 3);
  t.match(attempts[0], { status: 422, answer: 'status 422' });
  t.equal(await desk.db.transaction().execute((trx) => replay(trx, desk.target)), 1);
  await desk.work();
  const ids = desk.receiver.got.map(({ id }) => id);
  t.strictSame(ids, [
    given?.message_id,
    given?.message_id,
    given?.message_id,
    next?.message_id,
    given?.message_id,
  ]);
  t.equal(
    await desk.db.transaction().execute((trx) => replay(trx, desk.target, next?.id)),
    1,
    'one that arrived, too',
  );
  t.equal(await desk.work(), 1);
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
