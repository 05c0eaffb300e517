import t from 'tap';
import type { Db } from '../../src/database/open.ts';
import { Intake } from '../../src/mail-in/intake.ts';
import { Room } from '../../src/mail-in/room.ts';
import { testDatabase } from '../database.ts';
import { listen, mailOf, Talk } from './talk.fixture.ts';

const MB = 1024 * 1024;
const stored = (db: Db) => db.selectFrom('arrivals').selectAll().orderBy('id').execute();

t.test('LMTP: a mail is stored byte for byte, once, and each recipient gets an answer', async (t) => {
  const db = await testDatabase(t);
  const talk = await Talk.with(await listen(t, db));
  const mail = mailOf(1, 'a@provider.example', '.a dot\r\n..\r\n\xe9\x00\x80 octets');
  const wire = `${mail.replace(/^\./gm, '..')}.\r\n`;
  t.match(await talk.envelope(['desk@example.com', 'desk+1@example.com']), /^354/);
  t.strictSame(await talk.data(Buffer.from(wire, 'latin1'), 2), [
    '250 2.0.0 Stored as 1',
    '250 2.0.0 Stored as 1',
  ]);
  await talk.envelope();
  t.strictSame(
    await talk.data(Buffer.from(`Received: from elsewhere\r\n${wire}`, 'latin1')),
    ['250 2.0.0 Known as 1'],
    'the same by another way',
  );
  const rows = await stored(db);
  t.equal(rows.length, 1);
  t.ok(rows[0]?.raw?.equals(Buffer.from(mail, 'latin1')));
  t.match(rows[0], {
    way: 'lmtp',
    sender: 'a@provider.example',
    envelope_sender: 'a@provider.example',
    envelope_recipients: ['desk@example.com', 'desk+1@example.com'],
    client_address: null,
    client_helo: null,
  });
  talk.end();
});

t.test(
  'SMTP: only for the addresses that are named; who brought it is kept; nothing is relayed',
  async (t) => {
    const db = await testDatabase(t);
    const port = await listen(t, db, { protocol: 'smtp', intakeAddresses: ['desk@example.com'] });
    const talk = await Talk.with(port, 'EHLO mx.provider.example');
    t.match(await talk.say('AUTH PLAIN AGEAYg=='), /^50/);
    t.match(await talk.say('STARTTLS'), /^50/);
    t.match(await talk.say('MAIL FROM:<>'), /^250/);
    for (const other of ['desk@elsewhere.example', 'other@example.com', 'desk+@example.com.evil.example'])
      t.match(await talk.say(`RCPT TO:<${other}>`), /^550 5\.1\.1 No mail is taken/, other);
    t.match(await talk.say('DATA'), /^503/);
    t.match(await talk.say('RCPT TO:<Desk+r7.abc@Example.com>'), /^250/);
    t.match(await talk.say('DATA'), /^354/);
    t.strictSame(await talk.data(`${mailOf(1)}.\r\n`), ['250 2.0.0 Stored as 1']);
    t.match(await stored(db), [
      {
        way: 'smtp',
        envelope_sender: '',
        client_address: '127.0.0.1',
        client_helo: 'mx.provider.example',
        envelope_recipients: [/^Desk\+r7\.abc@Example\.com$/i],
      },
    ]);
    talk.end();
  },
);

t.test(
  'threat 34, CVE-2023-51764: what is smuggled behind a bare line end stays in the one mail',
  async (t) => {
    const db = await testDatabase(t);
    const port = await listen(t, db, { protocol: 'smtp', intakeAddresses: ['desk@example.com'] });
    const smuggled = `MAIL FROM:<ceo@example.com>\r\nRCPT TO:<desk@example.com>\r\nDATA\r\n${mailOf('evil')}`;
    const ends = ['\n.\n', '\r\n.\n', '\n.\r\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\n\n.\r\n', '\r\n\0.\r\n'];
    for (const [n, end] of ends.entries()) {
      for (const cut of [0, 1, 2]) {
        const talk = await Talk.with(port, 'EHLO mx.provider.example');
        await talk.envelope();
        const [head, tail] = [`${mailOf(`${n}-${cut}`).slice(0, -2)}${end.slice(0, cut)}`, end.slice(cut)];
        talk.write(head);
        await new Promise((resolve) => setTimeout(resolve, 20));
        t.match(await talk.data(`${tail}${smuggled}\r\n.\r\n`), [/^250/], JSON.stringify(end));
        t.match(await talk.say('NOOP'), /^250/, 'and no reply more');
        talk.end();
      }
    }
    const rows = await stored(db);
    t.equal(rows.length, ends.length * 3, 'one mail each');
    for (const row of rows) {
      t.ok(row.raw?.includes('ceo@example.com'));
      t.equal(row.envelope_sender, 'a@provider.example');
    }
  },
);

t.test('what is too large is refused, by its SIZE before and by its octets after', async (t) => {
  const db = await testDatabase(t);
  const talk = await Talk.with(await listen(t, db));
  t.match(await talk.say(`MAIL FROM:<a@provider.example> SIZE=${2 * MB + 1}`), /^552/);
  await talk.say('RSET');
  await talk.envelope();
  t.match(await talk.data(`${mailOf(1, 'a@b.example', 'x'.repeat(2 * MB))}\r\n.\r\n`), [/^552/]);
  await talk.envelope(undefined, undefined, ' SIZE=1000');
  t.match(await talk.data(`${mailOf(2, 'a@b.example', 'x'.repeat(MB))}\r\n.\r\n`), [/^552 5\.3\.4/]);
  await talk.envelope(undefined, undefined, ` SIZE=${MB}`);
  t.match(await talk.data(`${mailOf(3, 'a@b.example', 'x'.repeat(MB))}\r\n.\r\n`), [/^250/], 'it goes on');
  t.equal((await stored(db)).length, 1);
  talk.end();
});

t.test('a peer that goes away or takes too long leaves nothing, and others go on', async (t) => {
  const db = await testDatabase(t);
  const room = new Room(2 * MB);
  const port = await listen(t, db, { limits: { max: 2 * MB, room, longest: 700 } });
  const gone = await Talk.with(port);
  await gone.envelope();
  gone.write(`${mailOf(1)}${'x'.repeat(MB)}`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  gone.end();
  const slow = await Talk.with(port);
  await slow.envelope();
  slow.write(`${mailOf(2)}${'x'.repeat(MB)}`);
  await new Promise((resolve) => setTimeout(resolve, 900));
  t.match(await slow.data('\r\n.\r\n'), [/^451 4\.4\.2/]);
  const good = await Talk.with(port);
  await good.envelope();
  t.match(await good.data(`${mailOf(3)}${'x'.repeat(MB)}\r\n.\r\n`), [/^250/], 'there is room again');
  t.equal((await stored(db)).length, 1);
  for (const talk of [slow, good]) talk.end();
});

t.test('large mails wait for room, however many come at a time', async (t) => {
  const db = await testDatabase(t);
  const port = await listen(t, db, { limits: { max: 2 * MB, room: new Room(2 * MB), longest: 60_000 } });
  const talks = await Promise.all(Array.from({ length: 8 }, () => Talk.with(port)));
  await Promise.all(talks.map((talk) => talk.envelope()));
  const body = Buffer.alloc(MB, 'All work and no play.\r\n');
  const replies = await Promise.all(
    talks.map((talk, n) =>
      talk.data(Buffer.concat([Buffer.from(mailOf(n)), body, Buffer.from('\r\n.\r\n')])),
    ),
  );
  t.match(replies, Array(8).fill([/^250/]));
  t.equal((await stored(db)).length, 8);
  for (const talk of talks) talk.end();
});

t.test('while the database is away, the peer keeps the mail', async (t) => {
  const db = await testDatabase(t);
  const intake = new Intake(db);
  const warned: unknown[] = [];
  const port = await listen(t, db, { intake, warn: (error) => warned.push(error) });
  const talk = await Talk.with(port);
  await db.schema.alterTable('arrivals').renameTo('away').execute();
  await talk.envelope(['desk@example.com', 'desk+1@example.com']);
  t.match(await talk.data(`${mailOf(1)}.\r\n`, 2), [/^451 4\.3\.0/, /^451 4\.3\.0/]);
  await db.schema
    .alterTable('away' as never)
    .renameTo('arrivals')
    .execute();
  await talk.envelope();
  t.match(await talk.data(`${mailOf(1)}.\r\n`), [/^250/]);
  t.equal(warned.length, 1);
  talk.end();
});
