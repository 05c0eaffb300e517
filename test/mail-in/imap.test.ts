import { sql } from 'kysely';
import t from 'tap';
import { letFloodIn, listFloods, putFloodAway } from '../../src/mail-in/flood-store.ts';
import { askForLook, setDisabled } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDatabase } from '../database.ts';
import { whyNoDovecot } from '../trial/dovecot.ts';
import { addTo, countArrivals, dovecot, mailbox, settings, until, watching } from './mailbox.fixture.ts';
import { mailOf } from './talk.fixture.ts';

const skip = whyNoDovecot() ?? false;

t.test(
  'a mailbox is taken over byte for byte and left as it is; what comes later is taken at once',
  { skip },
  async (t) => {
    const db = await testDatabase(t);
    const server = await dovecot(t);
    const odd = Buffer.from(
      mailOf('odd', 'a@provider.example', '\xff\x01\x1b "octets" {5}\r\n.\r\n)'),
      'latin1',
    );
    server.deliver(mailOf(1), mailOf(2), odd);
    const id = await addTo(db, settings(server.port));
    watching(t, db);
    await until(t, 'three are there', async () => (await countArrivals(db)) === 3);
    const rows = await db.selectFrom('arrivals').selectAll().orderBy('id').execute();
    t.ok(rows.some(({ raw }) => raw?.equals(odd)));
    t.match(rows[0], { way: 'imap', mailbox_id: id, sender: 'a@provider.example' });
    await until(t, 'its health is noted', async () => (await mailbox(db, id)).on_server === 3);
    t.match(await mailbox(db, id), { untaken: 0, last_problem: '', failures: 0 });
    server.deliver(mailOf(3));
    await until(t, 'the server tells of it', async () => (await countArrivals(db)) === 4, 20);
    t.ok(
      server.messages().every((name) => !/,.*S/.test(name)),
      'no flag was set',
    );
  },
);

t.test(
  'taken messages are marked, or moved; those that a killed process left are moved later',
  { skip },
  async (t) => {
    const db = await testDatabase(t);
    const server = await dovecot(t);
    server.deliver(mailOf(1), mailOf(2));
    server.addFolder('Taken');
    const id = await addTo(db, settings(server.port, { afterTaking: 'mark-seen' }));
    let stop = watching(t, db);
    await until(
      t,
      'both are seen',
      async () => server.messages().filter((name) => /,.*S/.test(name)).length === 2,
    );
    await stop();
    await db
      .updateTable('mailboxes')
      .set({ after_taking: 'move', move_to: 'Taken' })
      .where('id', '=', id)
      .execute();
    server.deliver(mailOf(3));
    stop = watching(t, db);
    await until(
      t,
      'all are moved',
      async () => server.messages('Taken').length === 3 && server.messages().length === 0,
    );
    await stop();
    t.equal(await countArrivals(db), 3);
  },
);

t.test(
  'a server that numbers its messages anew has them looked at again, and none is stored twice',
  { skip },
  async (t) => {
    const db = await testDatabase(t);
    const server = await dovecot(t);
    server.deliver(...Array.from({ length: 30 }, (_, n) => mailOf(n)));
    const id = await addTo(db, settings(server.port));
    let stop = watching(t, db);
    await until(t, 'all are taken', async () => (await mailbox(db, id)).on_server === 30);
    await stop();
    const before = (await mailbox(db, id)).uid_validity;
    t.equal((await mailbox(db, id)).renumbered_at, null);
    await server.stop();
    server.renumber();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    server.deliver(mailOf('new'));
    await server.start();
    stop = watching(t, db);
    await until(t, 'it is noticed', async () => (await mailbox(db, id)).renumbered_at !== null);
    await stop();
    t.not((await mailbox(db, id)).uid_validity, before);
    t.match(await mailbox(db, id), { on_server: 31, untaken: 0 });
    t.equal(await countArrivals(db), 31);
  },
);

t.test('what is too large and what is of a flood stays there and is counted', { skip }, async (t) => {
  const db = await testDatabase(t);
  const server = await dovecot(t);
  server.deliver(
    ...Array.from({ length: 205 }, (_, n) => mailOf(n)),
    mailOf('big', 'b@provider.example', 'x'.repeat(200_000)),
    mailOf('calm', 'b@provider.example'),
  );
  const id = await addTo(db, settings(server.port));
  watching(t, db, 100_000);
  await until(t, 'the rest is taken', async () => (await mailbox(db, id)).on_server === 207);
  t.match(await mailbox(db, id), { untaken: 6 });
  t.equal(await countArrivals(db), 201);
  await db.transaction().execute((trx) => letFloodIn(trx, 'a@provider.example'));
  await until(t, 'they are let in', async () => (await mailbox(db, id)).untaken === 1);
  t.equal(await countArrivals(db), 206);
});

t.test(
  'a flood in a folder is fetched once, outlives a restart, and is put away as a whole; what comes after it is taken',
  { skip },
  async (t) => {
    const db = await testDatabase(t);
    const server = await dovecot(t);
    const sender = 'a@provider.example';
    server.deliver(...Array.from({ length: 230 }, (_, n) => mailOf(n)));
    const id = await addTo(db, settings(server.port));
    let stop = watching(t, db);
    await until(t, 'the flood is held', async () => (await mailbox(db, id)).untaken === 30);
    t.match(await listFloods(db), [{ sender, held: 30, lying: 30, goesOn: true }]);
    await sql`update floods set until = now() - interval '1 hour'`.execute(db);
    await stop();

    stop = watching(t, db);
    server.deliver(mailOf('another', 'b@provider.example'));
    await until(t, 'what comes after it is taken', async () => (await mailbox(db, id)).on_server === 231);
    t.equal(await countArrivals(db), 201, 'and nothing of the flood, by a process that never counted it');
    t.match(await listFloods(db), [{ held: 30, lying: 30, goesOn: false }], 'nor is it counted again');

    server.remove(230);
    await askForLook(db, id);
    await until(t, 'one less is there', async () => (await mailbox(db, id)).on_server === 230);
    t.match(await listFloods(db), [{ lying: 29 }], 'what was deleted there is not held');
    await db.transaction().execute((trx) => putFloodAway(trx, sender));
    await until(t, 'nothing waits there', async () => (await mailbox(db, id)).untaken === 0);
    t.strictSame(await listFloods(db), []);
    t.equal(await countArrivals(db), 201);
    await stop();
  },
);

t.test(
  'the server’s own words are told; nothing is sent where its certificate is not trusted',
  { skip },
  async (t) => {
    const db = await testDatabase(t);
    const server = await dovecot(t, { tls: true });
    const wrong = await addTo(db, settings(server.port, { name: 'a', secret: 'not the password' }));
    const untrusted = await addTo(db, settings(server.port, { name: 'b', security: 'starttls' }));
    const nobody = await addTo(db, settings(1, { name: 'c' }));
    const folder = await addTo(db, settings(server.port, { name: 'd', folder: 'No such' }));
    watching(t, db);
    const problem = async (id: number, words: RegExp) => {
      await until(t, `${words}`, async () => words.test((await mailbox(db, id)).last_problem));
      t.match(await mailbox(db, id), { failures: 1, last_good_at: null, lease_until: null });
    };
    await problem(wrong, /^127\.0\.0\.1:\d+ refuses the sign-in\. It says: “.*Authentication failed/);
    await problem(untrusted, /^The certificate of 127\.0\.0\.1:\d+ is not trusted/);
    await problem(nobody, /^127\.0\.0\.1:1 refuses connections \(ECONNREFUSED\)\.$/);
    await problem(folder, /It says: “.*doesn't exist/i);
    t.notMatch(
      JSON.stringify(await db.selectFrom('mailboxes').select('last_problem').execute()),
      /canary|not the/,
    );
  },
);

t.test('two processes look at a mailbox by turns; a disabled one is left alone', { skip }, async (t) => {
  const db = await testDatabase(t);
  const server = await dovecot(t);
  const id = await addTo(db, settings(server.port));
  const [first] = [watching(t, db), watching(t, db)];
  server.deliver(mailOf(1));
  await until(t, 'one takes it', async () => (await countArrivals(db)) === 1);
  await first();
  server.deliver(mailOf(2));
  await until(t, 'the other goes on', async () => (await countArrivals(db)) === 2);
  await db.transaction().execute((trx) => setDisabled(trx, id, true, SYSTEM));
  await until(t, 'it is let go', async () => (await mailbox(db, id)).lease_until === null);
  await new Promise((resolve) => setTimeout(resolve, 6000));
  server.deliver(mailOf(3));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  t.equal(await countArrivals(db), 2);
});
