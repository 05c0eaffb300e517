import { sql } from 'kysely';
import t from 'tap';
import { runCheck } from '../../../src/evidence/checks/run.ts';
import { finishCheck, lastCheck, takeCheck } from '../../../src/evidence/checks/store.ts';
import type { AddressKind, DomainKind, Found, Kind, Outcome } from '../../../src/evidence/kind.ts';
import { standingSnapshots } from '../../../src/evidence/snapshots.ts';
import { readMaterial } from '../../../src/next-step/read-material.ts';
import { CATALOGUE, PROFILE, REFUSAL, signedIn, type TestDesk, testDesk } from '../../desk.ts';

const found = (outcome: Outcome, words: string): Found => ({
  outcome,
  summary: words,
  facts: [{ key: 'row', label: 'Row', outcome, words }],
  claims: [
    {
      claim: 'no-public-listing',
      result: outcome === 'good' ? 'supports' : outcome === 'bad' ? 'contradicts' : 'unknown',
      words,
    },
  ],
  raw: { 'question A': words },
});

/** A kind that says what it is told, and keeps count of whom it looked at. */
const addressKind = (key: string, say: (address: string) => Found) => {
  const looked: string[] = [];
  const kind: AddressKind = {
    key,
    title: `The ${key}`,
    of: 'address',
    look: async ({ address }) => {
      looked.push(address);
      return say(address);
    },
  };
  return { kind, looked };
};

const worldOf = (desk: TestDesk, kinds: Kind[]) => ({
  db: desk.db,
  catalogue: desk.desk.catalogue,
  ask: async () => ({ status: 'no-name' }) as const,
  kinds,
});

async function logged(t: Parameters<typeof testDesk>[0], addresses?: string[]): Promise<TestDesk> {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL, ...(addresses ? { addresses } : {}) });
  return desk;
}

async function runNext(desk: TestDesk, kinds: Kind[], at?: Date): Promise<void> {
  const check = await takeCheck(desk.db, 'incidents');
  if (check) await runCheck(worldOf(desk, kinds), check, at ? { clock: () => at } : {});
}

const timeline = async (desk: TestDesk) =>
  (await desk.api('GET', '/incidents/1/timeline?limit=100')).body.items.filter(
    (entry: { kind: string }) => entry.kind === 'evidence-checked',
  );

t.test('a logged incident is looked at by itself: results, claims and one entry', async (t) => {
  const desk = await logged(t);
  const lists = addressKind('lists', () => found('good', 'on none of 3 lists'));
  const mail: DomainKind = {
    key: 'mail',
    title: 'Mail',
    of: 'domain',
    look: async () => found('unknown', 'no answer'),
  };
  await runNext(desk, [lists.kind, mail]);
  t.strictSame(lists.looked, ['203.0.113.7']);
  const evidence = (await desk.api('GET', '/incidents/1/evidence')).body;
  t.match(evidence.check, { parts: 2, done: 2, finishedAt: String });
  t.match(evidence.items, [
    { kind: 'lists', address: '203.0.113.7', domain: null, outcome: 'good', summary: 'on none of 3 lists' },
    { kind: 'mail', address: null, domain: 'harbour.example.com', outcome: 'unknown' },
  ]);
  const [entry, ...others] = await timeline(desk);
  t.strictSame(others, []);
  t.match(entry.summary, 'Evidence checked, 1 unknown, 1 good');
  t.strictSame(entry.detail.results, [
    { title: 'The lists', outcome: 'good', summary: 'on none of 3 lists' },
    { title: 'Mail', outcome: 'unknown', summary: 'no answer' },
  ]);
  t.equal(await takeCheck(desk.db, 'incidents'), undefined, 'nothing is left to do');
});

t.test(
  'what does not change is seen again; what changes takes its place, and the old row stays',
  async (t) => {
    const desk = await logged(t);
    let say = found('good', 'on none');
    const { kind } = addressKind('lists', () => say);
    const again = () => desk.api('POST', '/incidents/1/evidence', {});
    await runNext(desk, [kind]);
    await again();
    await runNext(desk, [kind]);
    const [one, ...none] = await desk.db.selectFrom('snapshots').selectAll().execute();
    t.strictSame(none, []);
    t.ok(one && one.last_seen_at > one.first_seen_at);
    say = found('bad', 'on one');
    await again();
    await runNext(desk, [kind]);
    const rows = await desk.db.selectFrom('snapshots').selectAll().orderBy('id').execute();
    t.strictSame(
      rows.map((row) => [row.summary, row.superseded_at !== null]),
      [
        ['on none', true],
        ['on one', false],
      ],
    );
    await t.rejects(desk.db.updateTable('snapshots').set({ summary: 'better' }).execute(), /never changed/);
    await t.rejects(desk.db.deleteFrom('snapshots').execute(), /never changed/);
  },
);

t.test('a check that was cut off goes on where it stood, and tells its incident once', async (t) => {
  const desk = await logged(t, ['198.51.100.8', '198.51.100.9']);
  let stopped = false;
  const lists = addressKind('lists', (address) => {
    stopped = address.endsWith('.8');
    return found('good', 'on none');
  });
  const check = await takeCheck(desk.db, 'incidents');
  if (!check) throw new Error('no check');
  const world = worldOf(desk, [lists.kind]);
  const held = {
    ...world,
    kinds: [
      {
        ...lists.kind,
        look: async (...given) => {
          if (stopped) await new Promise((resolve) => setTimeout(resolve, 20));
          return lists.kind.look(...given);
        },
      } as AddressKind,
    ],
  };
  await runCheck(held, check, { stopped: () => stopped });
  t.equal((await lastCheck(desk.db, 1))?.finished_at, null, 'it is not finished');
  t.strictSame(await timeline(desk), []);
  stopped = false;
  const before = lists.looked.length;
  const next = await takeCheck(desk.db, 'incidents');
  t.equal(next?.id, check.id, 'it was given back');
  if (next) await runCheck(world, next);
  t.ok(lists.looked.length - before <= 2);
  t.equal((await standingSnapshots(desk.db, { networks: ['198.51.100.0/24'], domains: [] })).length, 2);
  t.equal((await timeline(desk)).length, 1);
  await finishCheck(desk.db, check, [{ title: 'x', outcome: 'good', summary: 'late' }], new Date());
  t.equal((await timeline(desk)).length, 1, 'who comes second changes nothing');
});

t.test('whoever is not heard of for half a minute has lost the check to the next', async (t) => {
  const desk = await logged(t);
  const first = await takeCheck(desk.db, 'incidents');
  t.ok(first);
  t.equal(await takeCheck(desk.db, 'incidents'), undefined, 'it is held');
  await desk.db
    .updateTable('checks')
    .set({ lease_until: new Date(Date.now() - 1000) })
    .execute();
  t.equal((await takeCheck(desk.db, 'incidents'))?.id, first?.id);
});

t.test('a fault in one kind keeps no other from its result', async (t) => {
  const desk = await logged(t);
  const broken: AddressKind = {
    key: 'broken',
    title: 'Broken',
    of: 'address',
    look: () => Promise.reject(new Error('a bug')),
  };
  await runNext(desk, [broken, addressKind('lists', () => found('good', 'on none')).kind]);
  const { items } = (await desk.api('GET', '/incidents/1/evidence')).body;
  t.match(
    items.find((one: { kind: string }) => one.kind === 'broken'),
    { outcome: 'unknown', summary: /fault in Delist Desk/ },
  );
  t.match(
    items.find((one: { kind: string }) => one.kind === 'lists'),
    { outcome: 'good' },
  );
});

t.test('a letter claims what was checked, and is stopped by what was found against it', async (t) => {
  const desk = await logged(t);
  let say = found('good', 'on none of 41 public lists');
  const { kind } = addressKind('lists', () => say);
  const claim = async () =>
    (await desk.api('POST', '/incidents/1/letters', {})).body.claims.find(
      (one: { key: string }) => one.key === 'no-public-listing',
    );
  t.equal((await claim()).status, 'unknown', 'nobody has looked');
  await runNext(desk, [kind]);
  t.match(await claim(), {
    status: 'supported',
    evidence: /on none of 41 public lists; checked by Delist Desk/,
  });
  say = found('bad', 'on 1 of 41');
  await desk.api('POST', '/incidents/1/evidence', {});
  await runNext(desk, [kind]);
  t.equal((await claim()).status, 'contradicted');
});

t.test('what is only noted never stands under the mark of good news', async (t) => {
  const desk = await logged(t);
  await runNext(desk, [
    addressKind('lists', () => found('good', 'on none')).kind,
    addressKind('feed', () => found('note', 'nothing was ever imported')).kind,
  ]);
  const page = (await (await signedIn(desk)).get('/incidents/1')).body;
  t.match(page, /good: <\/span><\/span> The lists: on none<\/p>/);
  t.match(page, /noted: <\/span><\/span> The feed: nothing was ever imported<\/p>/);
});

t.test('a range is spoken for only when each of its addresses was looked at', async (t) => {
  const desk = await logged(t, ['198.51.100.8/30']);
  const partly = addressKind('lists', (address) =>
    found(address.endsWith('.11') ? 'unknown' : 'good', address),
  );
  await runNext(desk, [partly.kind]);
  t.strictSame(partly.looked.toSorted(), ['198.51.100.10', '198.51.100.11', '198.51.100.8', '198.51.100.9']);
  const { claims } = (await desk.api('POST', '/incidents/1/letters', {})).body;
  t.match(
    claims.find((one: { key: string }) => one.key === 'no-public-listing'),
    { status: 'unknown' },
  );
  t.match((await timeline(desk))[0].detail.results[0].summary, /^1 of 4, such as 198\.51\.100\.11/);
});

t.test('a range that is too large is said to be so, and not looked at in part', async (t) => {
  const desk = await logged(t, ['2001:db8::/64']);
  const lists = addressKind('lists', () => found('good', 'on none'));
  await runNext(desk, [lists.kind]);
  t.strictSame(lists.looked, []);
  t.match((await timeline(desk))[0].detail.results, [
    { title: '2001:db8::/64', outcome: 'unknown', summary: /too|not looked at/ },
  ]);
});

t.test('a long check of the schedule holds up none of an incident', async (t) => {
  const desk = await logged(t);
  await desk.db
    .insertInto('checks')
    .values({
      incident_number: null,
      networks: ['198.51.100.0/24'],
      asked_by_name: 'x',
      lease_until: null,
      finished_at: null,
      kinds: null,
    })
    .execute();
  t.equal((await takeCheck(desk.db, 'schedule'))?.incident_number, null);
  t.equal((await takeCheck(desk.db, 'incidents'))?.incident_number, 1);
  t.equal(await takeCheck(desk.db, 'schedule'), undefined);
});

t.test('what was asked for wrongly is told', async (t) => {
  const desk = await logged(t);
  const unknown = await desk.api('POST', '/incidents/1/evidence', { kinds: ['horoscope'] });
  t.equal(unknown.status, 422);
  t.match(unknown.body.detail, /no kind of evidence/);
  const byHand = await desk.api('POST', '/incidents/1/evidence', { kinds: ['place-talos'] });
  t.equal(byHand.status, 422, 'what only people can read is not checked');
  const half = await desk.api('POST', '/incidents/1/evidence', { claim: 'spf-pass' });
  t.equal(half.status, 422);
  t.equal((await desk.api('POST', '/incidents/9/evidence', {})).status, 404);
  t.equal((await desk.api('POST', '/incidents/1/evidence')).status, 202, 'nothing sent asks for all');
});

t.test('what never was well since the first look was not well at some time before', async (t) => {
  const desk = await logged(t);
  const browser = await signedIn(desk);
  const days = (n: number) => new Date(Date.now() - n * 86_400_000);
  let say = found('bad', 'on one list');
  const kinds = [
    addressKind('names', () => found('good', 'they fit')).kind,
    addressKind('lists', () => say).kind,
  ];
  await runNext(desk, kinds, days(3));
  const page = async () => (await browser.get('/evidence/203.0.113.7')).body;
  t.notMatch(await page(), 'since all was well', 'a look at the names came first, and proves nothing');
  t.match(await page(), 'Choose a day');
  say = found('bad', 'on two lists');
  await browser.post('/incidents/1/checks');
  await runNext(desk, kinds, days(2));
  t.notMatch(await page(), 'since all was well', 'one more list is no end of being well');
  say = found('good', 'on none');
  await browser.post('/incidents/1/checks');
  await runNext(desk, kinds, days(1));
  say = found('bad', 'on three lists');
  await browser.post('/incidents/1/checks');
  await runNext(desk, kinds);
  t.match(await page(), 'since all was well');
  t.match(await page(), /on none[\s\S]*on three lists/);
});

t.test(
  'the pages show what stands, what changed since all was well, and the answers as they came',
  async (t) => {
    const desk = await logged(t);
    const browser = await signedIn(desk);
    t.match((await browser.get('/incidents/1')).body, 'Looking: it begins in a moment');
    let say = found('good', 'on none <b>');
    const { kind } = addressKind('lists', () => say);
    await runNext(desk, [kind]);
    const page = (await browser.get('/incidents/1')).body;
    t.match(page, 'on none &lt;b&gt;');
    t.notMatch(page, 'data-refresh');
    say = found('bad', 'on one list');
    t.equal((await browser.post('/incidents/1/checks')).statusCode, 303);
    t.match((await browser.get('/incidents/1/evidence/checked')).body, 'data-refresh');
    await runNext(desk, [kind]);
    const subject = (await browser.get('/evidence/203.0.113.7')).body;
    t.match(subject, 'since all was well');
    t.match(subject, /on none &lt;b&gt;[\s\S]*on one list/);
    t.match((await browser.get('/snapshots/1')).body, 'question A');
    t.equal((await browser.get('/snapshots/99')).statusCode, 404);
    t.match((await browser.get('/evidence/198.51.100.1')).body, 'Nothing has been looked at yet');
    t.equal((await browser.get('/evidence/no%20name')).statusCode, 422);
    t.match(
      (await browser.get('/evidence/203.0.113.7?since=2020-01-01')).body,
      'Nothing had been looked at by then',
    );
    const checklist = (await browser.get('/evidence/203.0.113.7/checklist')).body;
    t.match(checklist, 'The address has a reverse name');
    t.match(checklist, '<option selected>harbour.example.com</option>');
    t.equal((await browser.get('/evidence/harbour.example.com/checklist')).statusCode, 422);
    const viewer = await signedIn(desk, 'viewer');
    t.equal((await viewer.post('/incidents/1/checks')).statusCode, 403);
  },
);

t.test('of more than is read at a time, what speaks against us comes first, and domains', async (t) => {
  const { db } = await testDesk(t);
  await sql`
    insert into snapshots (kind, address, outcome, summary, facts, claims, raw, content_hash, first_seen_at, last_seen_at)
    select 'lists', '10.20.0.0'::inet + n, case when n = 2100 then 'bad' else 'good' end, 'as told', '[]', '[]', '{}', '\\x00',
      now(), now() from generate_series(1, 2100) n`.execute(db);
  await sql`
    insert into snapshots (kind, domain, outcome, summary, facts, claims, raw, content_hash, first_seen_at, last_seen_at)
    values ('dkim', 'example.com', 'good', 'as told', '[]', '[]', '{}', '\\x00', now(), now())`.execute(db);
  const all = await standingSnapshots(db, { networks: ['10.20.0.0/16'], domains: ['example.com'] });
  t.equal(all.length, 2000);
  t.match(all.at(-1), { domain: 'example.com' });
  t.match(all.at(-2), { address: '10.20.8.52', outcome: 'bad' });
  t.match(all[0], { address: '10.20.0.1' }, 'in the order of addresses');
});

t.test(
  'what stands about a large range hides nothing of another incident that is judged with it',
  async (t) => {
    const desk = await testDesk(t);
    const { api, db } = desk;
    const report = '550 5.7.1 blocked';
    await api('POST', '/incidents', { report, provider: 'outlook-com', addresses: ['203.0.0.0/16'] });
    await api('POST', '/incidents', { report, provider: 'outlook-com', addresses: ['198.51.100.7'] });
    await api('POST', '/incidents', { report, provider: 'outlook-com', addresses: ['203.0.0.7'] });
    await sql`
    insert into snapshots (kind, address, outcome, summary, facts, claims, raw, content_hash, first_seen_at, last_seen_at)
    select 'lists', address, outcome, 'as told', '[]', '[]', '{}', '\\x00', now(), now() from (
      select '203.0.0.0'::inet + n as address, 'bad' as outcome from generate_series(1, 2100) n
      union all select '198.51.100.7', 'good') seen`.execute(db);
    const rows = await db.selectFrom('incidents').selectAll().orderBy('number').execute();
    const materials = await readMaterial(db, rows, CATALOGUE, new Date());
    t.strictSame(
      materials.map(({ snapshots }) => snapshots.length),
      [2000, 1, 1],
    );
  },
);

t.test('a fact that is yet to come is none', async (t) => {
  const desk = await logged(t);
  const fact = { claim: 'no-public-listing', result: 'supports', words: 'on none', source: 'looked' };
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const future = await desk.api('POST', '/incidents/1/evidence', { ...fact, observedAt: at(3_600_000) });
  t.match(future, { status: 422, body: { fields: { observedAt: /future/ } } });
  t.equal(
    (await desk.api('POST', '/incidents/1/evidence', { ...fact, observedAt: at(-3_600_000) })).status,
    201,
  );
});
