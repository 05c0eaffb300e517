import t from 'tap';
import { keepArrivals, type Mail } from '../../src/mail-in/arrivals.ts';
import { knownUids } from '../../src/mail-in/mailboxes/folder-uids.ts';
import { changeMailbox } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDatabase } from '../database.ts';
import { addTo, SECRETS, settings } from './mailbox.fixture.ts';

const raw = (n: number, trace = '') =>
  Buffer.from(`${trace}From: a@provider.example\r\nMessage-ID: <${n}@provider.example>\r\n\r\nNo. ${n}\r\n`);
const mail = (n: number, more: Partial<Mail> = {}): Mail => ({ raw: raw(n), way: 'lmtp', ...more });

t.test('a mail is kept byte for byte, with how it came', async (t) => {
  const db = await testDatabase(t);
  const octets = Buffer.from(Array.from({ length: 1024 }, (_, n) => n % 256));
  const [kept] = await keepArrivals(db, [
    {
      raw: octets,
      way: 'smtp',
      envelopeSender: '',
      envelopeRecipients: ['desk@example.com', 'desk+b@example.com'],
      clientAddress: '::ffff:192.0.2.7',
      clientHelo: 'mx.provider.example\0',
    },
  ]);
  const row = await db.selectFrom('arrivals').selectAll().executeTakeFirstOrThrow();
  t.strictSame(kept, { id: row.id, known: false });
  t.ok(row.raw?.equals(octets));
  t.match(row, {
    byte_length: 1024,
    way: 'smtp',
    state: 'new',
    mailbox_id: null,
    envelope_sender: '',
    envelope_recipients: ['desk@example.com', 'desk+b@example.com'],
    client_address: '192.0.2.7',
    client_helo: 'mx.provider.example',
  });
});

t.test('one mail by two ways is one arrival, in one batch, in two, and at the same time', async (t) => {
  const db = await testDatabase(t);
  const [first, again, other] = await keepArrivals(db, [
    mail(1),
    mail(1, { raw: raw(1, 'Received: from x\r\n'), way: 'imap' }),
    mail(2),
  ]);
  t.strictSame([first?.known, again?.known, other?.known], [false, true, false]);
  t.equal(first?.id, again?.id);
  const [third] = await keepArrivals(db, [mail(1, { way: 'api' })]);
  t.strictSame(third, { id: first?.id, known: true });

  const sames = Array.from({ length: 12 }, (_, n) =>
    keepArrivals(db, n % 2 ? [mail(7), mail(8), mail(9)] : [mail(9), mail(8), mail(7)]),
  );
  const all = (await Promise.all(sames)).flat();
  t.equal(all.filter(({ known }) => !known).length, 3);
  t.equal(new Set(all.map(({ id }) => id)).size, 3);
  t.equal((await db.selectFrom('arrivals').select('id').execute()).length, 5);
});

t.test('where a mail lies in a mailbox is noted with it, also when it is known', async (t) => {
  const db = await testDatabase(t);
  const { id: mailboxId } = await db
    .insertInto('mailboxes')
    .values({
      name: 'Desk',
      host: 'mail.example.com',
      port: 993,
      security: 'tls',
      auth: 'password',
      user_name: 'desk',
      secret: Buffer.from('sealed'),
      oauth_client_secret: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await keepArrivals(db, [mail(1)]);
  const kept = await keepArrivals(db, [
    mail(1, { way: 'imap', mailboxId, mailboxVersion: 1, uid: 5, uidValidity: 4_000_000_000 }),
    mail(2, { way: 'imap', mailboxId, mailboxVersion: 1, uid: 6, uidValidity: 4_000_000_000 }),
  ]);
  await keepArrivals(db, [
    mail(2, { way: 'imap', mailboxId, mailboxVersion: 1, uid: 6, uidValidity: 4_000_000_000 }),
  ]);
  const rows = await db
    .selectFrom('mailbox_uids')
    .select(['uid', 'uid_validity', 'arrival_id'])
    .orderBy('uid')
    .execute();
  t.strictSame(
    rows.map((row) => ({ ...row })),
    [5, 6].map((uid, n) => ({ uid, uid_validity: 4_000_000_000, arrival_id: kept[n]?.id })),
  );
});

t.test(
  'a mailbox that was changed meanwhile is another folder: what was taken from the old one is not noted',
  async (t) => {
    const db = await testDatabase(t);
    const id = await addTo(db, settings(143));
    const old = { way: 'imap' as const, mailboxId: id, mailboxVersion: 1, uidValidity: 1 };
    await db
      .transaction()
      .execute((trx) => changeMailbox(trx, SECRETS, id, 1, settings(143, { folder: 'Answers' }), SYSTEM));
    t.match(
      await keepArrivals(db, [mail(1, { ...old, uid: 7 })]),
      [{ known: false }],
      'it is taken all the same',
    );
    t.equal((await knownUids(db, id, 1)).size, 0);
    await keepArrivals(db, [mail(2, { ...old, mailboxVersion: 2, uid: 7 })]);
    t.strictSame([...(await knownUids(db, id, 1))], [[7, 'taken']]);
  },
);

t.test('several files of mails are more than one statement takes, and are all taken', async (t) => {
  const db = await testDatabase(t);
  const kept = await keepArrivals(
    db,
    Array.from({ length: 6000 }, (_, n) => mail(n)),
  );
  t.equal(new Set(kept.map(({ id }) => id)).size, 6000);
  t.notOk(kept.some(({ known }) => known));
});
