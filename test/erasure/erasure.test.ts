import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import t from 'tap';
import { addUser, changeUser } from '../../src/accounts/store.ts';
import { pairsOf, readAddress, readNames } from '../../src/erasure/pairs.ts';
import { OCTETS } from '../../src/erasure/places.ts';
import { keepRetention, saveRetention } from '../../src/erasure/retention.ts';
import { eraseAccount, erasePerson, tryOut } from '../../src/erasure/store.ts';
import { listFloods } from '../../src/mail-in/flood-store.ts';
import { knownUids } from '../../src/mail-in/mailboxes/folder-uids.ts';
import { takeDueMailbox } from '../../src/mail-in/mailboxes/mailbox-turns.ts';
import { exportStream } from '../../src/transfer/export/export.ts';
import { fillDesk } from '../backup/backup.fixture.ts';
import { testDatabase } from '../database.ts';
import { PASSWORD, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { addTo, settings } from '../mail-in/mailbox.fixture.ts';

const ACTOR = { userId: null, tokenId: null, name: 'Mara Admin' };
const MIA = { address: 'mia@provider.example', names: ['Mia Lüders'], reason: 'asked for it' };

/** Whatever the database holds, as text: octets as they stand. */
async function everything({ db }: TestDesk): Promise<string> {
  const { rows } = await sql<{ table: string }>`
    select c.relname as "table" from pg_class c where relkind = 'r' and relnamespace = current_schema()::regnamespace`.execute(
    db,
  );
  const all: string[] = [];
  for (const { table } of rows) {
    const found = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db);
    for (const row of found.rows)
      all.push(
        Object.values(row)
          .map((value) => (Buffer.isBuffer(value) ? value.toString('utf8') : JSON.stringify(value)))
          .join('\n'),
      );
  }
  return all.join('\n');
}

/** What stands around each place where somebody is named still; others of nearly the same address count not. */
const placesOf = (all: string, name: RegExp): string[] =>
  [...all.replaceAll('aamia@', '').replaceAll('mia@provider.example.org', '').matchAll(name)].map(
    ({ index, input }) => input.slice(Math.max(0, index - 60), index + 60),
  );

/** Mia Lüders in a mail, in notes, in a sent letter and in a report. */
async function deskWithMia(t: Parameters<typeof testDesk>[0]): Promise<TestDesk> {
  const desk = await testDesk(t);
  await fillDesk(desk);
  await desk.api('POST', '/incidents/1/notes', {
    text: 'Called Mia Lüders.\nmia@provider.example said so; not aamia@provider.example, nor mia@provider.example.org.',
  });
  await desk.api('POST', '/incidents', {
    report: '550 5.7.1 [203.0.113.9] blocked, write to MIA@provider.example',
    provider: 'gmail',
  });
  await sql`update letters set body = 'Dear Mia Lüders', state = 'sent', sent_at = now(), channel = 'form'`.execute(
    desk.db,
  );
  return desk;
}

t.test('a person is erased everywhere, and the timeline says so in the same transaction', async (t) => {
  const desk = await deskWithMia(t);
  const { db } = desk;
  const before = await db.selectFrom('timeline_entries').selectAll().orderBy('id').execute();
  const counted = await tryOut(db, (trx) => erasePerson(trx, ACTOR, MIA));
  t.match(await everything(desk), /mia@provider\.example\b(?!\.org)/, 'a dry run changes nothing');
  const erased = await db.transaction().execute((trx) => erasePerson(trx, ACTOR, MIA));
  t.strictSame(erased.counts, counted.counts, 'and counts what then changes');
  t.ok((erased.counts['timeline_entries'] ?? 0) >= 2 && erased.counts['letters'] === 1);

  const left = await everything(desk);
  t.strictSame(placesOf(left, /mia@provider\.example|Mia L/gi), []);
  t.match(left, /aamia@provider\.example, nor mia@provider\.example\.org/, 'others stay');
  const exported = await text(await exportStream(db, { format: 'jsonl', sources: true }));
  t.strictSame(placesOf(exported, /mia@provider\.example|Mia L/gi), []);

  const after = await db.selectFrom('timeline_entries').selectAll().orderBy('id').execute();
  t.strictSame(
    after
      .slice(0, before.length)
      .map(({ id, kind, occurred_at, recorded_at }) => ({ id, kind, occurred_at, recorded_at })),
    before.map(({ id, kind, occurred_at, recorded_at }) => ({ id, kind, occurred_at, recorded_at })),
    'each entry is there, when it was',
  );
  t.match(after.slice(before.length), [
    { incident_number: 1, kind: 'data-erased', actor_name: 'Mara Admin', detail: { became: ['[erased-1]'] } },
    { incident_number: 2, kind: 'data-erased', actor_name: 'Mara Admin' },
  ]);
  const words = async (query: string) =>
    (await sql`select from search_texts where words @@ plainto_tsquery('simple', ${query})`.execute(db)).rows
      .length;
  t.equal(await words('lüders'), 0, 'nor is it found');
  t.not(await words('erased'), 0);
  const [message] = await db
    .selectFrom('messages')
    .select(['raw', 'sha256', 'from_address', 'text'])
    .execute();
  t.match(message?.raw.toString(), /original was removed/, 'an encoded source is not kept in part');
  t.match(message, { from_address: /\[erased-1\]/, text: /mitigated/ });

  const again = await db.transaction().execute((trx) => erasePerson(trx, ACTOR, MIA));
  t.strictSame(
    [again.counts, again.became],
    [{}, ['[erased-1]']],
    'the same address is the same word each time',
  );
});

t.test('mail of theirs that is held in a folder is no longer shown as held', async (t) => {
  const desk = await testDesk(t);
  const { db } = desk;
  const id = await addTo(db, settings(143));
  await sql`update mailboxes set next_look_at = now() + interval '5 minutes', untaken = 1`.execute(db);
  await sql`insert into floods (sender, first_at, last_at, held, until)
    values (${MIA.address}, now(), now(), 1, now() + interval '1 hour')`.execute(db);
  await sql`insert into mailbox_uids (mailbox_id, uid_validity, uid, held_for)
    values (${id}, 1, 7, ${MIA.address}), (${id}, 1, 8, 'tom@provider.example')`.execute(db);
  await db.transaction().execute((trx) => erasePerson(trx, ACTOR, MIA));
  t.strictSame(
    [...(await knownUids(db, id, 1))],
    [
      [7, 'put-away'],
      [8, 'held'],
    ],
  );
  t.strictSame(await listFloods(db), []);
  t.ok(await takeDueMailbox(db), 'the folder is looked at, and what lies there counted anew');
});

t.test('an incident is told of what went from an original of it alone', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', {
    report: 'From: <mia@provider.example>\n\n550 5.7.1 Mail from [203.0.113.10] is blocked',
    provider: 'gmail',
  });
  const erased = await desk.db.transaction().execute((trx) => erasePerson(trx, ACTOR, MIA));
  t.match(erased, { counts: { 'reports, octets': 1 }, incidents: [1] });
  const told = await desk.db
    .selectFrom('timeline_entries')
    .select('kind')
    .where('kind', '=', 'data-erased')
    .execute();
  t.equal(told.length, 1);
});

t.test(
  'an encoded original that names somebody of nearly the same address stays byte for byte',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', {
      report: `Content-Transfer-Encoding: quoted-printable

550 5.7.1 Mail from [203.0.113.10] is blocked, naomia@provider.example; mia@provider.example.org`,
      provider: 'gmail',
    });
    const send = (name: string, address: string) =>
      desk.app.inject({
        method: 'POST',
        url: '/api/v1/incidents/1/messages',
        headers: { authorization: 'Bearer a-bootstrap-token-for-tests', 'content-type': 'message/rfc822' },
        payload: `From: ${name} <${address}>\r\nTo: desk@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nWe look at it.\r\n`,
      });
    await send('Nao', 'naomia@provider.example');
    await send('Mia', 'mia@provider.example');
    const before = await desk.db.selectFrom('reports').select(['raw']).executeTakeFirstOrThrow();
    await desk.db.transaction().execute((trx) => erasePerson(trx, ACTOR, MIA));
    const messages = await desk.db.selectFrom('messages').select('raw').orderBy('id').execute();
    t.match(messages[0]?.raw.toString(), /naomia@provider/, 'of somebody else');
    t.match(messages[1]?.raw.toString(), /original was removed/, 'and of who was meant');
    const after = await desk.db.selectFrom('reports').select(['raw']).executeTakeFirstOrThrow();
    t.equal(after.raw.toString(), before.raw.toString());
  },
);

t.test('an address that is written by numbers around it is found in an encoded original', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', {
    report: `Content-Transfer-Encoding: quoted-printable

550 5.7.1 Mail from [203.0.113.10] is blocked, write to =3Cmia@provider.example=3E`,
    provider: 'gmail',
  });
  await desk.db.transaction().execute((trx) => erasePerson(trx, ACTOR, MIA));
  const { raw } = await desk.db.selectFrom('reports').select('raw').executeTakeFirstOrThrow();
  t.match(raw.toString(), /original was removed/);
});

t.test('the way through the append-only trigger is as narrow as an erasure', async (t) => {
  const { db } = await deskWithMia(t);
  const pairs = JSON.stringify(pairsOf([MIA.address], '[erased-1]'));
  const trying = (statement: string, isKept = true) =>
    tryOut(db, async (trx) => {
      if (isKept) await sql`insert into erasures (kind, by_name) values ('person', 'A B')`.execute(trx);
      await sql`select set_config('delist_desk.erasing', ${pairs}, true)`.execute(trx);
      await sql.raw(statement).execute(trx);
    });
  const erasing = `detail = erased_json(detail, '${pairs}'::jsonb)`;
  await trying(`update timeline_entries set ${erasing}`);
  for (const statement of [
    `update timeline_entries set detail = '{"text": "[erased-1]"}'`,
    `update timeline_entries set ${erasing}, occurred_at = now()`,
    `update timeline_entries set ${erasing}, actor_name = 'C'`,
    'delete from timeline_entries',
  ])
    await t.rejects(trying(statement), { code: 'DD001' }, statement);
  await t.rejects(trying(`update letters set body = 'other'`), { code: 'DD002' });
  await t.rejects(
    trying(`update timeline_entries set ${erasing}`, false),
    { code: 'DD001' },
    'nor without an erasure that is kept in this transaction',
  );
});

t.test(
  'what is no address or no name, our own address, and a letter under way are refused in words',
  async (t) => {
    const desk = await deskWithMia(t);
    const erase = (address: string, reason = '') =>
      tryOut(desk.db, (trx) => erasePerson(trx, ACTOR, { address, names: [], reason }));
    for (const bad of [
      '',
      'mia',
      'a@b',
      'a b@example.com',
      '<a@example.com>',
      'a@example.com, b@example.com',
    ])
      t.throws(() => readAddress(bad), { code: 'invalid' }, bad);
    for (const bad of ['Bob', 'A "B" C', '1234', 'x'.repeat(121)]) t.throws(() => readNames(bad), bad);
    await t.rejects(erase('desk@example.com'), /Sending accounts/);
    await t.rejects(erase(MIA.address, `for ${MIA.address}`), /reason/);
    await sql`insert into dispatches (message_id, account_id, envelope_sender, envelope_recipients, before)
    select id, 1, 'desk@example.com', '{Mia@provider.example}', '{}' from messages limit 1`.execute(desk.db);
    await t.rejects(erase(MIA.address), /waits in incident #1/);
  },
);

t.test('somebody who left becomes a name that the administrator chose', async (t) => {
  const desk = await testDesk(t);
  await fillDesk(desk);
  const { db } = desk;
  const who = {
    email: 'jo.weber@example.com',
    name: 'Jo Weber',
    role: 'operator',
    password: PASSWORD,
  } as const;
  const userId = await addUser(db, who);
  await sql`insert into timeline_entries (incident_number, kind, actor_user_id, actor_name, detail)
    values (1, 'note-added', ${userId}, 'Jo Weber', '{"text": "it was Jo Weber"}')`.execute(db);
  await sql`insert into retention (sources_months, changed_by_name) values (6, 'Jo Weber')`.execute(db);
  await sql`insert into webhook_targets (name, format, url_sealed, url_shown, groups, paused_at, paused_by, created_by_name)
    values ('Chat', 'slack', 'x', 'https://chat.example.com', '{state}', now(), 'Jo Weber', 'Jo Weber')`.execute(
    db,
  );
  const erase = () =>
    db
      .transaction()
      .execute((trx) => eraseAccount(trx, ACTOR, { userId, name: 'Former colleague', reason: '' }));
  await t.rejects(erase(), /Shut them out first/);
  await db.transaction().execute((trx) => changeUser(trx, ACTOR, userId, { disabled: true }));
  await erase();
  t.strictSame(placesOf(await everything(desk), /weber/gi), []);
  t.match(
    await db.selectFrom('timeline_entries').selectAll().where('actor_user_id', '=', userId).execute(),
    [{ actor_name: 'Former colleague', detail: { text: 'it was Former colleague' } }],
    'what they did is theirs still',
  );
});

t.test('a name that is a word as well goes only where it is somebody’s name', async (t) => {
  const desk = await testDesk(t);
  await fillDesk(desk);
  const { db } = desk;
  const who = {
    email: 'support@example.com',
    name: 'Support',
    role: 'operator',
    password: PASSWORD,
  } as const;
  const userId = await addUser(db, who);
  await sql`insert into timeline_entries (incident_number, kind, actor_user_id, actor_name, detail)
    values (1, 'incident-assigned', ${userId}, 'Support', '{"from": null, "to": "Support"}'),
      (1, 'note-added', ${userId}, 'Support', '{"text": "Their support answers at night."}')`.execute(db);
  const namesake = await addUser(db, { ...who, email: 'support@other.example' });
  await sql`insert into timeline_entries (incident_number, kind, actor_user_id, actor_name, detail)
    values (1, 'incident-tagged', null, 'Mara Admin', '{"added": ["Support"], "removed": []}'),
      (1, 'note-added', null, 'Mara Admin', '{"text": "Support"}'),
      (1, 'watchers-changed', null, 'Mara Admin', '{"added": ["Support"], "removed": []}'),
      (1, 'note-added', ${namesake}, 'Support', '{"text": "the other one"}')`.execute(db);
  await sql`insert into tags (name) values ('Support')`.execute(db);
  await sql`insert into audit_entries (kind, actor_user_id, actor_name, subject, subject_user_id, detail)
    values ('account-changed', ${userId}, 'Jo', 'Support', ${userId},
      '{"changes": [{"what": "name", "from": "Jo", "to": "Support"}]}')`.execute(db);
  await desk.app.inject({
    method: 'POST',
    url: '/api/v1/incidents/1/messages',
    headers: { authorization: 'Bearer a-bootstrap-token-for-tests', 'content-type': 'message/rfc822' },
    payload:
      'From: <tosa@provider.example>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nAsk our support (support@example.com).\r\n',
  });
  await db.transaction().execute((trx) => changeUser(trx, ACTOR, userId, { disabled: true }));
  const before = await db.selectFrom('reports').selectAll().execute();
  await db.transaction().execute((trx) => eraseAccount(trx, ACTOR, { userId, name: 'Somebody', reason: '' }));
  const entries = await db
    .selectFrom('timeline_entries')
    .select(['actor_name', 'detail'])
    .where('actor_user_id', '=', userId)
    .orderBy('id')
    .execute();
  t.strictSame(entries, [
    { actor_name: 'Somebody', detail: { from: null, to: 'Somebody' } },
    { actor_name: 'Somebody', detail: { text: 'Their support answers at night.' } },
  ]);
  const others = await db
    .selectFrom('timeline_entries')
    .select(['actor_name', 'detail'])
    .where((eb) => eb.or([eb('actor_name', '=', 'Mara Admin'), eb('actor_user_id', '=', namesake)]))
    .where('kind', '!=', 'data-erased')
    .orderBy('id')
    .execute();
  t.strictSame(
    others,
    [
      { actor_name: 'Mara Admin', detail: { added: ['Support'], removed: [] } },
      { actor_name: 'Mara Admin', detail: { text: 'Support' } },
      { actor_name: 'Mara Admin', detail: { added: ['Somebody'], removed: [] } },
      { actor_name: 'Support', detail: { text: 'the other one' } },
    ],
    'an equal word is no name of theirs, and a namesake is somebody else',
  );
  t.match(await db.selectFrom('tags').select('name').where('name', '=', 'Support').execute(), [{}]);
  t.match(
    await db.selectFrom('audit_entries').selectAll().where('kind', '=', 'account-changed').execute(),
    [{ actor_name: 'Jo', subject: 'Somebody', detail: { changes: [{ from: 'Jo', to: 'Somebody' }] } }],
    'also where they were called so only then',
  );
  const messages = await db.selectFrom('messages').select(['raw', 'text']).orderBy('id').execute();
  t.match(messages.at(-1)?.text, /Ask our support \(Somebody\)/);
  t.match(messages.at(0)?.raw.toString(), /Message-ID/, 'others keep their originals');
  t.strictSame(await db.selectFrom('reports').selectAll().execute(), before);
  t.notMatch(await everything(desk), /support@example/i);
});

t.test('what is kept for a time goes after it, once its incident is closed', async (t) => {
  const desk = await deskWithMia(t);
  const { db } = desk;
  await sql`update messages set at = now() - interval '8 months'`.execute(db);
  await sql`update reports set received_at = now() - interval '8 months'`.execute(db);
  const keep = { sources_months: 6, addresses_months: 7 };
  t.strictSame(await keepRetention(db), { sources: 0, addresses: 0 }, 'off until somebody sets it');
  await db.transaction().execute((trx) => saveRetention(trx, ACTOR, keep));
  t.strictSame(await keepRetention(db), { sources: 0, addresses: 0 }, 'nor of an open incident');
  await sql`update incidents set state = 'closed', closed_at = now()`.execute(db);
  const gone = await keepRetention(db);
  t.ok(gone.sources >= 3);
  t.equal(gone.addresses, 1);
  const left = await everything(desk);
  t.strictSame(placesOf(left, /mia@provider\.example/gi), []);
  t.match(await db.selectFrom('messages').select(['text', 'raw']).execute(), [
    { text: /mitigated/, raw: /removed/ },
  ]);
  t.strictSame(await keepRetention(db), { sources: 0, addresses: 0 }, 'and once');
  t.match(await db.selectFrom('erasures').select(['kind', 'by_name']).orderBy('id').execute(), [
    { kind: 'sources', by_name: 'Delist Desk' },
    { kind: 'retention' },
  ]);
});

t.test(
  'every column of octets is looked through, or is a hash, a secret, sealed, a picture or an upload',
  async (t) => {
    const db = await testDatabase(t);
    const { rows } = await sql<{ name: string }>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = current_schema() and data_type = 'bytea'`.execute(db);
    const looked = Object.entries(OCTETS).map(([table, { octets }]) => `${table}.${octets}`);
    t.strictSame(
      rows
        .map(({ name }) => name)
        .filter(
          (name) =>
            !looked.includes(name) && !/hash|sha256|secret|seal|digest|fingerprint|_key$|dkim/.test(name),
        )
        .sort(),
      [
        'account_mails.raw',
        'complaints.reporter',
        'evidence_files.bytes',
        'import_pieces.octets',
        'passkeys.credential_id',
        'snds_imports.raw',
      ],
    );
  },
);

t.test('an administrator counts, says that they are sure, and erases', async (t) => {
  const desk = await deskWithMia(t);
  const admin = await signedIn(desk, 'admin');
  const url = '/settings/personal-data/erasure';
  const fields = { address: 'Mia@Provider.example', names: 'Mia Lüders', reason: 'asked' };
  const counted = await admin.post(url, { ...fields, do: 'count' });
  t.match(counted.body, /rows would change, in 2 incidents/);
  t.match(counted.body, /value="Mia@Provider.example"/);
  const unsure = await admin.post(url, { ...fields, do: 'erase' });
  t.match([unsure.statusCode, unsure.body], [422, /say that you are sure/]);
  const done = await admin.post(url, { ...fields, do: 'erase', sure: 'yes' });
  t.equal(done.statusCode, 303);
  t.match((await admin.get('/settings/personal-data')).body, /\[erased-1\]/);
  t.match((await admin.get('/incidents/1')).body, /Data of a person erased/);
});
