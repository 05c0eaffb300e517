import { sql } from 'kysely';
import t from 'tap';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { mailDue } from '../../src/notifications/mailing.ts';
import { peopleTold } from '../../src/notifications/tell-people.ts';
import { webhooksTold } from '../../src/webhooks/subscriber.ts';
import { signedIn } from '../desk.ts';
import { arrive, readAll } from '../mail-in/mails.fixture.ts';
import { noticeDesk, RULE } from '../notifications/mail.fixture.ts';
import { hookDesk } from '../webhooks/webhooks.fixture.ts';

const NOON = new Date('2026-01-14T11:00:00Z');
const EVERY_TOPIC = {
  ...RULE,
  topics: ['unfiled', 'import', 'answer', 'letter', 'trouble', 'change'] as const,
};

t.test(
  'threat 36: two desks that mail their people at each other: one mail each way, and then silence',
  async (t) => {
    const desks = [await noticeDesk(t), await noticeDesk(t)];
    for (const desk of desks)
      await desk.person('Ann', { rules: [{ ...EVERY_TOPIC, topics: [...EVERY_TOPIC.topics] }] });
    for (const desk of desks) await desk.happen('Something happened', NOON);
    let now = NOON;
    const sent = desks.map(() => 0);
    for (let round = 0; round < 3; round += 1) {
      const mailed: Buffer[][] = [];
      for (const [at, desk] of desks.entries()) {
        const before = desk.server.messages.length;
        await fanOut(desk.db, [peopleTold(() => now)]);
        sent[at] = (sent[at] ?? 0) + (await desk.mail(now));
        mailed.push(desk.server.messages.slice(before));
        await desk.wait(10);
      }
      // What one mails arrives where the other takes its mail in, from a sender that it does not know.
      for (const [at, desk] of desks.entries()) {
        for (const raw of mailed[1 - at] ?? [])
          await arrive(desk, raw, {
            envelopeSender: 'other@harbour.example.com',
            clientAddress: '192.0.2.25',
          });
        await readAll(desk);
      }
      now = new Date(now.getTime() + 3_600_000);
    }
    t.strictSame(sent, [1, 1]);
    for (const desk of desks) {
      await fanOut(desk.db, [peopleTold(() => now)]);
      t.equal(
        await mailDue({ ...desk.desk, config: { baseUrl: '' } as never }, now),
        0,
        'nothing waits to be told',
      );
    }
  },
);

t.test(
  'threat 36: a webhook that points at ourselves: it is refused, writes nothing, and tells of nothing',
  async (t) => {
    const desk = await hookDesk(t);
    const url = await desk.app.listen({ host: '127.0.0.1', port: 0 });
    const session = await signedIn(desk, 'admin');
    const paths = ['/api/v1/incidents', '/incidents/1/notes', '/sign-in', '/api/v1/mail', `/sign-out`];
    for (const path of paths) await desk.add({ name: path, url: `${url}${path}` });
    await desk.note('one');
    await desk.fanOut();
    const counted = async () => {
      const { rows } = await sql<Record<string, number>>`select
      (select count(*)::integer from timeline_entries) as entries, (select count(*)::integer from incidents) as incidents,
      (select count(*)::integer from arrivals) as arrivals, (select count(*)::integer from sessions) as sessions`.execute(
        desk.db,
      );
      return rows[0];
    };
    const before = await counted();
    for (let round = 0; round < 4; round += 1) {
      await desk.hurry();
      await desk.work();
      while ((await fanOut(desk.db, [webhooksTold({ catalogue: desk.desk.catalogue, base: url })])) > 0);
    }
    t.strictSame(await counted(), before, 'its requests have no session, no token and no CSRF token');
    const deliveries = await desk.db
      .selectFrom('webhook_deliveries')
      .select(['target_id', 'event_id'])
      .execute();
    t.equal(
      new Set(deliveries.map(({ event_id }) => event_id)).size,
      1,
      'there is the one event that there was',
    );
    const attempts = await desk.db.selectFrom('webhook_attempts').select('status').execute();
    t.ok(
      attempts.every(({ status }) => status === null || status === 204 || (status >= 400 && status < 500)),
      JSON.stringify(attempts),
    );
    t.equal((await session.get('/')).statusCode, 200, 'nobody was signed out');
  },
);
