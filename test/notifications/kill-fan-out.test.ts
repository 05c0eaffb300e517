import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { SUBSCRIBERS } from '../../src/notifications/subscribers.ts';
import { REFUSAL } from '../desk.ts';
import { chooser, seeded } from '../seeded.ts';
import { killedDesk } from './killed.fixture.ts';
import { RULE } from './mail.fixture.ts';

const KILLS = 4;
const AT_ONCE = 12;

t.test(`kill -9 at ${KILLS} moments while incidents are logged and told: each is told once`, async (t) => {
  const desk = await killedDesk(t, [{ ...RULE, topics: ['block'], way: 'product' }]);
  const { between } = chooser(seeded(29));
  let address = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const api = await desk.start();
    const wanted = between(1, AT_ONCE - 1);
    let answered = 0;
    let enough: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const sent = Array.from({ length: AT_ONCE }, async () => {
      address += 1;
      try {
        await api('POST', '/incidents', { report: REFUSAL.replace('113.7', `113.${address}`) });
        answered += 1;
        if (answered === wanted) enough();
      } catch {
        // What the killed server did not answer is not there, or is and was not told yet.
      }
    });
    await reached;
    await desk.stop();
    await Promise.all(sent);
  }
  await desk.inDatabase(async (db) => {
    // The transaction of the process that was killed may hold the turn until the server has noticed.
    const waits = () => db.selectFrom('event_outbox').select('id').limit(1).executeTakeFirst();
    for (let tries = 0; tries < 200 && (await waits()); tries++)
      if ((await fanOut(db, SUBSCRIBERS)) === 0) await setTimeout(50);
    const logged = await db
      .selectFrom('timeline_entries')
      .select('incident_number as number')
      .where('kind', '=', 'incident-logged')
      .orderBy('incident_number')
      .execute();
    const told = await db
      .selectFrom('notices')
      .select('incident_number as number')
      .where('user_id', '=', desk.person)
      .orderBy('incident_number')
      .execute();
    t.ok(logged.length > 0, `${logged.length} of ${address} were logged`);
    t.strictSame(told, logged);
  });
});
