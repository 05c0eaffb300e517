import { randomUUID } from 'node:crypto';
import t from 'tap';
import { addUser } from '../../src/accounts/store.ts';
import { changeAddress, getAddress } from '../../src/addresses/store.ts';
import { correctVerdict } from '../../src/correspondence/store.ts';
import { correctNote } from '../../src/timeline/notes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { PASSWORD, PROFILE, REFUSAL, testDesk } from '../desk.ts';
import { chooser, seeded } from '../seeded.ts';
import { found } from './search.fixture.ts';

const key = () => ({ 'idempotency-key': randomUUID() });

t.test('what is written is found, and is found no more when it is gone', async (t) => {
  const desk = await testDesk(t);
  const { api, db } = desk;
  await api('PUT', '/profile', PROFILE);
  const logged = await api('POST', '/incidents', { report: REFUSAL }, key());
  const number: number = logged.body.number;
  const post = async (path: string, body: object) => {
    const answer = await api('POST', `/incidents/${number}${path}`, body, key());
    t.ok(answer.status < 300, `${path} ${answer.status}`);
    return answer.body;
  };

  await t.test('an incident by its codes, address, domains, provider, number and the reply', async (t) => {
    for (const text of [
      'S3150',
      's3150',
      'S31',
      '5.7.1',
      'code:5.7.1',
      'code:550',
      '203.0.113.7',
      '203.0.113.0/24',
      '203.0.112.0/20',
      `#${number}`,
      'outlook',
      'provider:outlook-com',
      '"part of their network"',
      'blocking or list',
      'address:203.0.113.0/28',
    ])
      t.ok((await found(desk, `${text} kind:incident`)).includes(`incident ${number}`), text);
    for (const text of [
      'S3151',
      '203.0.113.8',
      '203.0.114.0/24',
      '"network their part"',
      '#77',
      'address:203.0.113.8',
      '-S3150',
      'code:S3140',
    ])
      t.strictSame(await found(desk, `${text} kind:incident`), [], text);
  });

  await t.test('a note, and after a correction its new words only', async (t) => {
    const note = await post('/notes', { text: 'Zanzibar called twice' });
    const [first] = await found(desk, 'zanzibar');
    t.match(first, /^note /);
    t.strictSame(await found(desk, 'calls kind:note'), [first], 'by another form of its word');
    await db
      .transaction()
      .execute((trx) =>
        correctNote(trx, SYSTEM, number, note.id ?? Number(first?.slice(5)), 'Madagascar called once'),
      );
    t.strictSame(await found(desk, 'zanzibar'), []);
    t.match(await found(desk, 'madagascar'), [/^note /]);
  });

  await t.test('a message by its words, sender, verdict and ticket', async (t) => {
    const sent = await post('/messages', {
      direction: 'in',
      from: 'Support <support@mail.lighthouse.example.com>',
      subject: 'Re: SRX1234567890ID your case',
      body: 'Our investigation has determined that the above IP(s) do not qualify for mitigation. Ticket SRX1234567890ID.',
    });
    const it = `message ${sent.id}`;
    for (const text of [
      'investigations',
      'SRX1234567890ID',
      'srx123*',
      'ticket:SRX1234567890ID',
      'lighthouse.example.com',
      'domain:example.com',
      `verdict:${sent.verdict}`,
      'provider:outlook-com qualify',
      'state:action-needed qualify',
      'is:in',
      '567890',
    ])
      t.ok((await found(desk, text)).includes(it), text);
    await db.transaction().execute((trx) => correctVerdict(trx, SYSTEM, number, sent.id, 'mitigated'));
    t.strictSame(await found(desk, 'verdict:mitigated'), [it]);
    t.strictSame(await found(desk, `verdict:${sent.verdict}`), []);
  });

  await t.test('a letter as it is now, once', async (t) => {
    const letter = await post('/letters', { language: 'de' });
    const draft = await api('PATCH', `/letters/${letter.id}`, {
      subject: 'Sperrung',
      body: 'Bitte prüfen Sie die Entscheidungen zu Trondheim.',
    });
    t.equal(draft.status, 200, JSON.stringify(draft.body));
    for (const text of [
      'trondheim',
      'Entscheidung',
      'entscheidungen',
      'PRÜFEN',
      'is:draft kind:letter',
      'sperrungen',
    ])
      t.strictSame(await found(desk, `${text} trondheim`), [`letter ${letter.id}`], text);
    await db.updateTable('letters').set({ state: 'discarded' }).where('id', '=', letter.id).execute();
    t.strictSame(await found(desk, 'trondheim'), []);
  });

  await t.test('a ticket, its incident with it', async (t) => {
    await post('/tickets', { reference: 'QX-77/12 Kolmar', channel: 'form' });
    t.match((await found(desk, 'kolmar')).map((one) => one.split(' ')[0]).sort(), ['incident', 'ticket']);
    t.match((await found(desk, 'QX-77/12')).length, 2);
  });

  await t.test('an address by host name, label and range, as it is now', async (t) => {
    const row = await getAddress(db, '203.0.113.7');
    const facts = {
      hostname: 'mx1.harbour.example.com',
      label: 'web-3',
      purpose: 'Bestellungen aus Bergen',
      notes: '',
      inUseSince: null,
      jmrpSince: null,
      sndsSince: null,
      checkEveryHours: null,
    };
    await db.transaction().execute((trx) => changeAddress(trx, row.network, row.version, facts as never));
    for (const text of [
      'harbour.example.com',
      'mx1.harb',
      'web-3',
      'bestellung',
      'bergen',
      '203.0.113.7',
      '203.0.113.0/29',
    ])
      t.ok((await found(desk, `${text} kind:address`)).includes(`address ${row.id}`), text);
    await api(
      'POST',
      '/incidents',
      { report: 'Gmail: 421-4.7.28 rate limited', provider: 'gmail', addresses: ['203.0.113.0/24'] },
      key(),
    );
    t.equal((await found(desk, '203.0.113.7 kind:address')).length, 2, 'the range that holds it, too');
    t.equal((await found(desk, '203.0.113.9 kind:address')).length, 1);
  });

  await t.test('a person by name, and what they look after', async (t) => {
    const id = await addUser(db, {
      email: 'x@example.com',
      name: 'Mara Lindqvist',
      role: 'operator',
      password: PASSWORD,
    });
    const userId =
      typeof id === 'number' ? id : (await db.selectFrom('users').select('id').executeTakeFirstOrThrow()).id;
    t.strictSame(await found(desk, 'lindqvist'), [`person ${userId}`]);
    await db.updateTable('incidents').set({ assignee_id: userId }).where('number', '=', number).execute();
    t.ok((await found(desk, 'assignee:mara')).includes(`incident ${number}`));
    t.strictSame(await found(desk, 'assignee:none kind:incident S3150'), []);
    t.strictSame(await found(desk, '-assignee:mara kind:incident S3150'), []);
  });

  await t.test('an incident that goes to another provider takes all its texts along', async (t) => {
    const before = await found(desk, 'provider:outlook-com');
    t.ok(before.length >= 4, before.join(', '));
    await db.updateTable('incidents').set({ provider: 'gmx' }).where('number', '=', number).execute();
    t.strictSame(await found(desk, 'provider:outlook-com'), []);
    t.strictSame((await found(desk, 'provider:gmx')).sort(), before.sort());
  });

  await t.test('all of an incident by its tags', async (t) => {
    const { id } = await db
      .insertInto('tags')
      .values({ name: 'shop' })
      .returning('id')
      .executeTakeFirstOrThrow();
    await db.insertInto('incident_tags').values({ incident_number: number, tag_id: id }).execute();
    const tagged = await found(desk, 'tag:shop');
    t.ok(tagged.includes(`incident ${number}`) && tagged.length >= 4, tagged.join(', '));
    t.strictSame(await found(desk, 'tag:other'), []);
    t.notOk((await found(desk, '-tag:shop kind:incident')).includes(`incident ${number}`));
  });

  await t.test('a message that is moved or deleted', async (t) => {
    const { id } = await db
      .selectFrom('messages')
      .select('id')
      .where('direction', '=', 'in')
      .executeTakeFirstOrThrow();
    await db
      .updateTable('messages')
      .set({ incident_number: null, ticket_id: null })
      .where('id', '=', id)
      .execute();
    t.strictSame(await found(desk, 'is:unfiled'), [`message ${id}`]);
    t.strictSame(await found(desk, 'qualify provider:gmx'), []);
  });
});

t.test('any word of any text is found, in seven languages of words', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL }, key());
  const { one, between, text } = chooser(seeded(20));
  const alphabets = ['abcdefghij', 'äöüáéèàñçõ', 'αβγδεζηθικ', 'абвгдежзик', '0123456789ab'];
  const words = Array.from({ length: 120 }, () => text(one(alphabets), between(4, 14)));
  for (let i = 0; i < words.length; i += 12) {
    const some = words.slice(i, i + 12);
    const answer = await desk.api(
      'POST',
      '/incidents/1/notes',
      { text: some.join(one([' ', ', ', '\n', ' (', '; ', ' / '])) },
      key(),
    );
    t.equal(answer.status, 201, JSON.stringify(answer.body));
  }
  const notes = await found(desk, 'kind:note');
  t.equal(notes.length, 10);
  for (const [index, word] of words.entries()) {
    const it = notes.at(-1 - Math.floor(index / 12)) ?? '';
    for (const asked of [word, word.toUpperCase(), `"${word}"`, `${word} kind:note`])
      t.ok((await found(desk, asked)).includes(it), asked);
  }
});
