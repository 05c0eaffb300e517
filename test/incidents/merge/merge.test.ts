import { sql } from 'kysely';
import t from 'tap';
import { addUser } from '../../../src/accounts/store.ts';
import { MOVED, OTHERS } from '../../../src/incidents/merge/pointers.ts';
import { makeReplyTag } from '../../../src/mail-out/reply-tag.ts';
import { replyTagSecret } from '../../../src/mail-out/tag-secret.ts';
import { PASSWORD, PROFILE, signedIn, type TestDesk, testDesk } from '../../desk.ts';
import { entriesOf, logged, refusalOf } from '../../history.fixture.ts';
import { overrideStops } from '../../letters/override-stops.ts';
import { askedIncident, mail, take } from '../../mail-in/mails.fixture.ts';
import { insertBeside, insertMessages } from '../../many-rows.ts';
import { chooser, seeded } from '../../seeded.ts';

const merge = ({ api }: TestDesk, number: number, into: number) =>
  api('POST', `/incidents/${number}/merge`, { into, reason: 'the same block' });
const undo = ({ api }: TestDesk, number: number, into: number) =>
  api('POST', `/incidents/${into}/merges/${number}/undo`);

/** Two incidents of one block: reports an hour apart, about two addresses. */
async function twice(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await logged(desk, 2);
  return desk;
}

t.test('every table that points at an incident is known to merges', async (t) => {
  const { db } = await testDesk(t);
  const { rows } = await sql<{
    name: string;
  }>`select distinct conrelid::regclass::text as name from pg_constraint
    where contype = 'f' and confrelid = 'incidents'::regclass
    union select table_name from information_schema.columns
      where table_schema = 'public' and column_name = 'incident_number' order by name`.execute(db);
  const known = new Set([...MOVED.map(({ table }) => table), ...OTHERS]);
  t.strictSame(
    rows.map(({ name }) => name).filter((name) => !known.has(name)),
    [],
  );
});

t.test('a duplicate is a part of the other: one page, one timeline, its number leads there', async (t) => {
  const desk = await twice(t);
  const { api } = desk;
  await api('POST', '/incidents/2/notes', { text: 'from the second' });
  await api('POST', '/incidents/2/tags', { add: ['shop'] });
  await api('POST', '/incidents/2/tickets', { reference: 'SRX7', channel: 'form' });
  await api('POST', '/incidents/2/messages', { direction: 'in', body: 'Hello.' });
  t.equal((await merge(desk, 2, 1)).status, 200);
  const one = (await api('GET', '/incidents/1')).body;
  t.match(one, { addresses: ['203.0.113.7', '203.0.113.8'], tags: ['shop'], rejectionCount: 2 });
  const told = (await api('GET', '/incidents/1/timeline?limit=200')).body.items;
  t.match(
    told.filter(({ kind }: { kind: string }) => /^(note|incident-merged)/.test(kind)),
    [
      { kind: 'note-added', incident: 2 },
      { kind: 'incident-merged', incident: 1, detail: { number: 2, here: true, reason: 'the same block' } },
      { kind: 'incident-merged', incident: 2, detail: { number: 1, here: false } },
    ],
  );
  const moved = await api('GET', '/incidents/2');
  t.equal(moved.status, 307);
  t.equal(moved.headers.location, '/api/v1/incidents/1');
  t.match(await api('POST', '/incidents/2/notes', { text: 'late' }), {
    status: 409,
    body: { mergedInto: 1 },
  });
  const browser = await signedIn(desk);
  const led = await browser.get('/incidents/2/messages/1');
  t.equal(led.headers.location, '/incidents/1/messages/1');
  t.equal((await browser.get('/incidents/1/messages/1')).statusCode, 200);
  const page = (await browser.get('/incidents/1')).body;
  for (const words of ['from #2', 'is a part of this incident', 'Undo the merge']) t.match(page, words);
  t.strictSame(
    (await api('GET', '/incidents')).body.items.map((row: { number: number }) => row.number),
    [1],
  );
  t.match((await api('GET', '/incidents?q=SRX7')).body.items, [{ number: 1 }]);
  t.match((await api('GET', '/addresses/203.0.113.8')).body, { incidents: 1 });

  await browser.post('/incidents/1/notes', { text: 'after it' });
  t.equal((await browser.post('/incidents/1/merges/undo', { merged: '2' })).statusCode, 303);
  t.match((await api('GET', '/incidents/2')).body, {
    state: 'open',
    tags: ['shop'],
    addresses: ['203.0.113.8'],
  });
  t.match((await api('GET', '/incidents/1')).body, {
    tags: [],
    addresses: ['203.0.113.7'],
    rejectionCount: 1,
  });
  t.equal((await entriesOf(desk, 1)).filter(({ detail }) => detail['text'] === 'after it').length, 1);
});

t.test('what cannot be one is refused, and says why', async (t) => {
  const desk = await twice(t);
  await desk.api('POST', '/incidents', {
    report: '550 refused',
    provider: 'yahoo',
    addresses: ['203.0.113.7'],
  });
  for (const [into, says] of [
    [2, /another incident than this/],
    [3, /another provider/],
    [99, /no incident #99/],
  ] as const)
    t.match(await merge(desk, 2, into), { status: 422, body: { fields: { into: says } } });
  await merge(desk, 2, 1);
  t.equal((await merge(desk, 2, 1)).status, 409, 'once');
  t.equal((await undo(desk, 1, 1)).status, 404);
});

t.test('a merge is undone from the incident that it led to, and from no other', async (t) => {
  const desk = await testDesk(t);
  await logged(desk, 3);
  await merge(desk, 2, 1);
  t.match(await undo(desk, 2, 3), { status: 404, body: { detail: /no merge of #2 into #3/ } });
  const browser = await signedIn(desk);
  t.equal((await browser.post('/incidents/3/merges/undo', { merged: '2' })).statusCode, 404);
  t.equal((await desk.api('GET', '/incidents/2')).headers.location, '/api/v1/incidents/1', 'it stands');
});

t.test(
  'an answer to the duplicate arrives at the survivor: by its tagged address, by its ticket',
  async (t) => {
    const desk = await testDesk(t);
    const one = await askedIncident(desk);
    const other = await askedIncident(desk, { address: '203.0.113.9' });
    await desk.api('POST', `/incidents/${other}/tickets`, { reference: 'SRX1234567890ID', channel: 'form' });
    await desk.api('POST', `/incidents/${one}/tickets`, { reference: 'SRX1234567890ID', channel: 'form' });
    t.equal((await merge(desk, other, one)).status, 200);
    const to = makeReplyTag(await replyTagSecret(desk.db), 'desk@harbour.example.com', other);
    const tagged = await take(desk, await mail({ to, text: 'We look into it.' }));
    t.equal(tagged.incident_number, one);
    const answered = await take(desk, await mail({ subject: 'SRX1234567890ID', text: 'We lifted it.' }));
    t.equal(answered.incident_number, one);
  },
);

t.test(
  'unfinished incidents of the same provider about the same addresses are likely the same',
  async (t) => {
    const desk = await twice(t);
    await desk.api('POST', '/incidents', {
      report: refusalOf('203.0.113.0'),
      addresses: ['203.0.113.0/29'],
    });
    const likely = async () => (await desk.api('GET', '/incidents/3/merges')).body.likelyDuplicates;
    t.match(await likely(), [{ number: 1 }]);
    t.match((await (await signedIn(desk)).get('/incidents/3')).body, 'may be the same block');
    await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'over' });
    t.strictSame(await likely(), []);
  },
);

t.test('a likely incident is chosen in the form, beside the reason that is typed there', async (t) => {
  const desk = await twice(t);
  await desk.api('POST', '/incidents', { report: refusalOf('203.0.113.0'), addresses: ['203.0.113.0/29'] });
  const browser = await signedIn(desk);
  const chosen = /<input type="radio" name="into" value="1" checked>/;
  t.match((await browser.get('/incidents/3/merge?into=1')).body, chosen);
  t.match((await browser.get('/incidents/3/merge?into=2')).body, /name="other"[^>]* value="2"/);
  const { body } = await browser.get('/incidents/3/merge');
  t.match(body, '<input type="radio" name="into" value="1">');
  t.notMatch(body, 'merge?into=', 'no link to leave the form by');
  const reason = 'the range holds it';
  const none = await browser.post('/incidents/3/merge', { into: '', other: '', reason });
  t.match(none, { statusCode: 422, body: /Say which incident stays\./ });
  const wrong = await browser.post('/incidents/3/merge', { into: '1', other: '99', reason });
  t.match(wrong, { statusCode: 422, body: /There is no incident #99\./ });
  for (const words of ['value="99"', `value="${reason}"`]) t.match(wrong.body, words);
  t.equal(
    (await browser.post('/incidents/3/merge', { into: '1', reason })).headers['location'],
    '/incidents/1',
  );
  const { items } = (await desk.api('GET', '/incidents/1/timeline?limit=200')).body;
  t.match(items.at(-1), { kind: 'incident-merged', detail: { reason } });
});

t.test('a block that stands is not hidden behind one that was lifted before', async (t) => {
  const desk = await twice(t);
  const { api } = desk;
  const one = async () => (await api('GET', '/incidents/1')).body;
  await api('PATCH', '/incidents/1', { state: 'recovered', reason: 'mail flows' });
  t.equal((await merge(desk, 2, 1)).status, 200);
  t.match(await one(), { state: 'recovered', relapses: 0 }, 'what was logged before tells nothing new');
  await api('POST', '/incidents', { report: refusalOf('203.0.113.20') });
  t.equal((await merge(desk, 3, 1)).status, 200);
  t.match(await one(), { state: 'open', recoveredAt: null, relapses: 1 });
  const state = (await entriesOf(desk, 1)).filter(({ kind }) => kind === 'state-changed').at(-1);
  t.match(state, { detail: { from: 'recovered', to: 'open', reason: '#3 became a part of it' } });
  t.equal((await undo(desk, 3, 1)).status, 200);
  t.match(await one(), { state: 'recovered', recoveredAt: String, relapses: 0 });
  t.match(await api('GET', '/incidents/3'), { status: 200, body: { state: 'open' } });
});

/** Every row of the database that a merge may touch, but what each change moves on and what only grows. */
async function allRows({ db }: TestDesk): Promise<Record<string, string[]>> {
  const grows =
    /^(timeline_entries|event_|told_|incident_m|idempotency|kysely|sessions|sign_in|outcome_sums|notification|notice|webhook|search_texts)/;
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db);
  const found: Record<string, string[]> = {};
  for (const { name } of rows.filter((row) => !grows.test(row.name))) {
    const all = await sql<{ row: string }>`select (to_jsonb(t) - 'version' - 'updated_at')::text as row
      from ${sql.table(name)} t order by 1`.execute(db);
    found[name] = all.rows.map(({ row }) => row);
  }
  return found;
}

/** The sums, without those that came to nothing. */
const sums = async ({ db }: TestDesk) =>
  (
    await sql<{
      row: string;
    }>`select to_jsonb(s)::text as row from outcome_sums s where sent > 0 order by 1`.execute(db)
  ).rows;

t.test('merges undone, whatever was merged: every row is as before', async (t) => {
  const desk = await testDesk(t);
  const { api, db } = desk;
  const random = chooser(seeded(7));
  await api('PUT', '/profile', PROFILE);
  await api('POST', '/fields', { name: 'Customer', kind: 'text' });
  const people = [];
  for (const name of ['Ida', 'Omar'])
    people.push(
      await addUser(db, { email: `${name}@example.com`, name, role: 'operator', password: PASSWORD }),
    );
  const N = 6;
  await logged(desk, N);
  for (let number = 1; number <= N; number++) {
    await db.deleteFrom('incident_links').where('incident_number', '=', number).execute();
    await insertBeside(db, number, random.between(1, 3));
    // The same messages in several, as when one mail was recorded twice.
    await insertMessages(db, number, random.between(1, 4));
    await api('POST', `/incidents/${number}/tags`, { add: [random.one(['a', 'b']), 'c'] });
    await api('POST', `/incidents/${number}/tickets`, {
      reference: random.one(['SRX1', 'srx2']),
      channel: 'form',
    });
    await api('POST', `/incidents/${number}/watchers`, { userId: random.one(people) });
    await api('PATCH', `/incidents/${number}`, {
      severity: random.one(['low', 'critical']),
      affected: random.one(['', 'shop', 'news\nshop']),
      assigneeId: random.one([null, ...people]),
      fields: { customer: random.one(['', 'K-1', 'K-2']) },
    });
    if (random.chance(0.5))
      await api('POST', `/incidents/${number}/cause`, { class: 'list-quality', found: 'old lists' });
    if (random.chance(0.7)) {
      const { body } = await api('POST', `/incidents/${number}/letters`, {});
      await overrideStops(api, body.id);
      await api('POST', `/letters/${body.id}/send`, { channel: 'form', reference: `SRX9${number}` });
      await api('POST', `/incidents/${number}/messages`, {
        direction: 'in',
        body: 'It does not qualify for mitigation.',
      });
    }
  }
  for (let trial = 0; trial < 6; trial++) {
    const before = await allRows(desk);
    const counted = await sums(desk);
    const alone = Array.from({ length: N }, (_, at) => at + 1);
    const done: [number, number][] = [];
    for (let merges = random.between(1, 4); merges > 0; merges--) {
      const number = alone.splice(random.upTo(alone.length - 1), 1)[0] as number;
      const into = random.one(alone);
      const merged = await merge(desk, number, into);
      if (merged.status !== 200) t.fail(`${number} into ${into}: ${JSON.stringify(merged.body)}`);
      done.push([number, into]);
    }
    t.notSame(await allRows(desk), before);
    for (const [number, into] of done.toReversed()) {
      const undone = await undo(desk, number, into);
      if (undone.status !== 200) t.fail(`${number} out of ${into}: ${JSON.stringify(undone.body)}`);
    }
    t.strictSame(await allRows(desk), before, `${JSON.stringify(done)} and back`);
    t.strictSame(await sums(desk), counted, 'the sums as well');
  }
});

t.test(
  'merges are undone the newest first; of a survivor that was merged, its own merge first',
  async (t) => {
    const desk = await testDesk(t);
    await logged(desk, 4);
    await merge(desk, 2, 1);
    await merge(desk, 3, 1);
    t.match(await undo(desk, 2, 1), { status: 409, body: { detail: /#3 was merged later/ } });
    await merge(desk, 1, 4);
    t.match(await undo(desk, 3, 1), { status: 409, body: { mergedInto: 4 } });
    t.equal((await desk.api('GET', '/incidents/2')).headers.location, '/api/v1/incidents/4', 'all the way');
    t.equal((await desk.api('GET', '/incidents/4')).body.addresses.length, 4);
    for (const [number, into] of [
      [1, 4],
      [3, 1],
      [2, 1],
    ] as const)
      t.equal((await undo(desk, number, into)).status, 200);
    t.equal((await desk.api('GET', '/incidents')).body.items.length, 4);
  },
);
