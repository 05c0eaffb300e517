import { sql } from 'kysely';
import t from 'tap';
import { FLOOD_MAILS, FloodCount } from '../../src/mail-in/flood-count.ts';
import {
  countHeld,
  floodOf,
  forgetOldFloods,
  isPipedFlood,
  letFloodIn,
  listFloods,
  putFloodAway,
} from '../../src/mail-in/flood-store.ts';
import { Intake } from '../../src/mail-in/intake.ts';
import { forgetHeld, knownUids, noteHeld } from '../../src/mail-in/mailboxes/folder-uids.ts';
import { changeMailbox } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { senderOf } from '../../src/mail-in/sender.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDatabase } from '../database.ts';
import { addTo, mailbox, SECRETS, settings } from './mailbox.fixture.ts';
import { listen, mailOf, Talk } from './talk.fixture.ts';

t.test('a flood is more than 200 mails of one sender within ten minutes, and ends by itself', async (t) => {
  const count = new FloodCount();
  const minute = 60_000;
  for (let n = 0; n < FLOOD_MAILS; n++) t.notOk(count.isFlood('a', n));
  t.ok(count.isFlood('a', 9 * minute));
  t.notOk(count.isFlood('b', 9 * minute), 'others are not held for it');
  t.notOk(count.isFlood('a', 20 * minute), 'it is over');
  for (let n = 0; n < 10_000; n++) count.isFlood(`sender ${n}`, 20 * minute);
  for (let n = 0; n < FLOOD_MAILS; n++) count.isFlood('c', n * minute);
  t.notOk(count.isFlood('c', FLOOD_MAILS * minute), 'many in a long time are none');
  const day = 24 * 60 * minute;
  const held = Array.from({ length: 2 * FLOOD_MAILS }, (_, n) => count.isFlood('d', (1000 - n) * day));
  t.notOk(held.includes(true), 'a folder that has the newest first is none');
});

t.test('a sender is the address in From, else the envelope’s', async (t) => {
  const of = (from: string, envelope?: string) => senderOf(Buffer.from(`${from}\r\n\r\nx`), envelope);
  t.equal(of('From: "a@b.example" <Real@Provider.example>'), 'real@provider.example');
  t.equal(of('From:\r\n real@provider.example (Support)'), 'real@provider.example');
  t.equal(of('Subject: x', 'Bounce@provider.example'), 'bounce@provider.example');
  t.equal(of('From: nobody', ''), '');
  t.ok(of(`From: ${'a@b.example,'.repeat(50_000)}`).length < 321);
});

t.test(
  'mails of a flood stay with who brings them, are counted, and are let in when a person says so',
  async (t) => {
    const db = await testDatabase(t);
    const port = await listen(t, db, { intake: new Intake(db) });
    const from = 'Flood@provider.example';
    const talk = await Talk.with(port);
    const bring = async (n: number, sender = from) => {
      await talk.envelope();
      return (await talk.data(`${mailOf(n, sender)}.\r\n`))[0];
    };
    for (let n = 0; n < FLOOD_MAILS; n++) t.match(await bring(n), /^250/);
    t.match(
      await bring(FLOOD_MAILS),
      /^451 4\.7\.1 More than 200 mails came from flood@provider\.example within 10 minutes/,
    );
    t.match(await bring(1000, 'calm@provider.example'), /^250/);
    for (let n = 0; n < 4; n++) await bring(2000 + n);
    t.match(await listFloods(db), [{ sender: 'flood@provider.example', held: 5, letIn: false }]);
    await db.transaction().execute((trx) => letFloodIn(trx, 'flood@provider.example'));
    t.match(await bring(FLOOD_MAILS), /^250/);
    t.match(await listFloods(db), [{ held: 5, letIn: true }]);
    const { number } = await db
      .selectFrom('arrivals')
      .select((eb) => eb.fn.countAll<number>().as('number'))
      .executeTakeFirstOrThrow();
    t.equal(number, FLOOD_MAILS + 2);
    talk.end();
  },
);

t.test('many at a time are counted to the last one', async (t) => {
  const db = await testDatabase(t);
  const intake = new Intake(db);
  const all = Array.from({ length: 1000 }, (_, n) =>
    intake.take({ raw: Buffer.from(mailOf(n)), way: 'api' }).then(
      () => 'taken',
      (error: Error) => error.name,
    ),
  );
  const results = await Promise.all(all);
  t.equal(results.filter((result) => result === 'taken').length, FLOOD_MAILS);
  t.equal(results.filter((result) => result === 'Held').length, 800);
  t.match(await listFloods(db), [{ held: 800 }]);
});

t.test('what a pipe brought is counted in the database', async (t) => {
  const db = await testDatabase(t);
  const intake = new Intake(db);
  for (let n = 0; n < FLOOD_MAILS; n++) {
    if (n === FLOOD_MAILS - 1) t.notOk(await isPipedFlood(db, 'a@provider.example'));
    await intake.take({ raw: Buffer.from(mailOf(n)), way: 'pipe' });
  }
  t.ok(await isPipedFlood(db, 'a@provider.example'));
  t.notOk(await isPipedFlood(db, 'b@provider.example'));
});

t.test(
  'what is brought again now and then does not keep a flood going: it is over when fewer than 200 came',
  async (t) => {
    const db = await testDatabase(t);
    const sender = 'a@provider.example';
    const pass = (minutes: number) =>
      sql`update floods set until = until - make_interval(mins => ${minutes})`.execute(db);
    await countHeld(db, sender, 150);
    for (let n = 0; n < 4; n++) {
      await pass(2);
      await countHeld(db, sender, 10);
    }
    t.match(await floodOf(db, sender), { goesOn: true });
    await pass(3);
    t.match(await floodOf(db, sender), { goesOn: false }, 'ten minutes after it began');
    await countHeld(db, sender, 150);
    await pass(9);
    await countHeld(db, sender, 60);
    await pass(9);
    t.match(await floodOf(db, sender), { goesOn: true }, 'more than 200 came');
  },
);

t.test('what of a flood lies in a folder stays of it until a person decides about all of it', async (t) => {
  const db = await testDatabase(t);
  const sender = 'a@provider.example';
  const id = await addTo(db, settings(143));
  const now = { id, version: 1 };
  const end = () => sql`update floods set until = now() - interval '40 days'`.execute(db);
  const held = (...uids: number[]) => uids.map((uid) => ({ uid, sender }));
  await countHeld(db, sender, 3);
  await noteHeld(db, now, 9, held(1, 2, 3));
  await end();
  await forgetOldFloods(db);
  t.match(await listFloods(db), [{ sender, held: 3, lying: 3, goesOn: false, letIn: false }]);
  t.strictSame([...(await knownUids(db, id, 9)).values()], ['held', 'held', 'held']);
  await forgetHeld(db, now, 9, [1, 3, 4]);
  t.match(await listFloods(db), [{ lying: 2 }], 'one was deleted there');
  await countHeld(db, sender, 1);
  await noteHeld(db, now, 9, held(4));
  t.match(await listFloods(db), [{ held: 4, lying: 3, goesOn: true }], 'more of it is counted to it');

  await sql`update mailboxes set next_look_at = now() + interval '5 minutes'`.execute(db);
  await db.transaction().execute((trx) => putFloodAway(trx, sender));
  t.strictSame(await listFloods(db), []);
  t.strictSame([...(await knownUids(db, id, 9)).values()], ['put-away', 'put-away', 'put-away']);
  t.ok((await mailbox(db, id)).next_look_at <= new Date(), 'it is looked at');

  await countHeld(db, sender, 2);
  await noteHeld(db, now, 9, held(7, 8));
  t.match(await listFloods(db), [{ held: 2, lying: 2 }], 'another flood of theirs begins anew');
  await db.transaction().execute((trx) => letFloodIn(trx, sender));
  t.strictSame([...(await knownUids(db, id, 9)).keys()].sort(), [1, 3, 4], 'what is let in is fetched again');
  await noteHeld(db, now, 9, held(7));
  t.match(await listFloods(db), [{ letIn: true, lying: 0 }], 'a look that was going on holds nothing of it');
  await end();
  await forgetOldFloods(db);

  await countHeld(db, sender, 1);
  await db
    .transaction()
    .execute((trx) => changeMailbox(trx, SECRETS, id, 1, settings(143, { folder: 'Answers' }), SYSTEM));
  await noteHeld(db, now, 9, held(7));
  t.equal((await knownUids(db, id, 9)).size, 0, 'nor of a folder that is no longer looked at');
});
