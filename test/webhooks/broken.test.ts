import { sql } from 'kysely';
import t from 'tap';
import { LONGEST_MS } from '../../src/webhooks/patience.ts';
import { REFUSAL } from '../desk.ts';
import { hookDesk } from './webhooks.fixture.ts';

const incidentIn = (body: Uint8Array | string): number =>
  JSON.parse(Buffer.from(body).toString()).data.incident.number;

/** Two incidents, of each of which a note is to be told; the first cannot be sent, for a fault of our own. */
async function poisoned(t: Parameters<typeof hookDesk>[0]) {
  const desk = await hookDesk(t);
  const report = REFUSAL.replaceAll('203.0.113.7', '198.51.100.9');
  const other = (await desk.api('POST', '/incidents', { report })).body.number;
  await desk.fanOut();
  await desk.work();
  desk.receiver.got.length = 0;
  await desk.note('poison');
  await desk.note('sound', other);
  await desk.fanOut();
  const post: typeof desk.world.post = (url, options) => {
    if (incidentIn(options.body) === desk.number) throw new TypeError('broken');
    return desk.world.post(url, options);
  };
  const last = async () => (await desk.deliveries()).slice(-2);
  return { ...desk, other, broken: { ...desk.world, post }, last };
}

t.test('an event that we cannot send holds up none of the others, and is told of as ours', async (t) => {
  const desk = await poisoned(t);
  await desk.work(desk.broken);
  t.strictSame(
    desk.receiver.got.map(({ body }) => incidentIn(body)),
    [desk.other],
  );
  const [poison, sound] = await desk.last();
  t.match(sound, { state: 'delivered' });
  t.match(poison, { state: 'waiting' });
  t.ok((poison?.due_at ?? new Date(0)) > new Date(), 'it is tried again later, and not at once');
  const tried = await desk.db
    .selectFrom('webhook_attempts')
    .select(['status', 'words'])
    .distinct()
    .where('delivery_id', '=', poison?.id ?? 0)
    .execute();
  t.strictSame(tried, [{ status: null, words: 'not sent: something failed on our side' }]);
  await desk.hurry();
  await desk.work();
  t.match((await desk.last())[0], { state: 'delivered' }, 'once it can be sent, it is');
});

t.test('it is given up in the end, and what stands behind it in its line goes on', async (t) => {
  const desk = await poisoned(t);
  await desk.work(desk.broken);
  await desk.note('behind it');
  await desk.fanOut();
  await sql`update webhook_deliveries set first_tried_at = now() - ${LONGEST_MS}::float8 * interval '1 millisecond'
    where state = 'waiting'`.execute(desk.db);
  await desk.hurry();
  await desk.work(desk.broken);
  await desk.hurry();
  await desk.work();
  const states = (await desk.deliveries()).slice(-3).map(({ state }) => state);
  t.strictSame(states, ['failed', 'delivered', 'delivered']);
  t.equal(incidentIn(desk.receiver.got.at(-1)?.body ?? ''), desk.number);
});

t.test('one whose end cannot be noted holds up none of the others', async (t) => {
  const desk = await poisoned(t);
  const [poison] = await desk.last();
  await sql`create function broken() returns trigger language plpgsql as $$ begin
    raise exception 'broken'; end $$`.execute(desk.db);
  await sql`create trigger broken before insert on webhook_attempts for each row
    when (new.delivery_id = ${sql.lit(poison?.id ?? 0)}) execute function broken()`.execute(desk.db);
  await desk.work();
  t.match(await desk.last(), [{ state: 'waiting' }, { state: 'delivered' }]);
});
