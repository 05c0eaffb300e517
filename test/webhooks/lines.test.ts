import t from 'tap';
import { replay } from '../../src/webhooks/lines.ts';
import { REFUSAL } from '../desk.ts';
import { Receiver } from './receiver.fixture.ts';
import { hookDesk } from './webhooks.fixture.ts';

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
