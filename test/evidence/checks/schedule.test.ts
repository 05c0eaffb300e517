import t from 'tap';
import { runCheck } from '../../../src/evidence/checks/run.ts';
import { askDueChecks } from '../../../src/evidence/checks/schedule.ts';
import { takeCheck } from '../../../src/evidence/checks/store.ts';
import type { AddressKind, Fact, Outcome } from '../../../src/evidence/kind.ts';
import { type TestDesk, testDesk } from '../../desk.ts';

const WATCHED = '203.0.113.7';
const HOUR = 3_600_000;

const zone = (key: string, outcome: Outcome, words: string): Fact => ({
  key,
  label: key,
  outcome,
  words,
  link: 'https://lists.example.org/removal',
});

/** A desk that looks at an address unasked, and lists that say what they are told. */
async function monitored(t: Parameters<typeof testDesk>[0], address = WATCHED) {
  const desk = await testDesk(t);
  await desk.db
    .insertInto('addresses')
    .values({ network: address, check_every_hours: 6, check_due_at: new Date(0) })
    .execute();
  let facts: Fact[] = [];
  let others: Record<string, Fact[]> = {};
  const lists: AddressKind = {
    key: 'public-lists',
    title: 'Public block lists',
    of: 'address',
    look: async ({ address: of }) => ({
      outcome: 'note',
      summary: 'as told',
      facts: others[of] ?? facts,
      claims: [],
      raw: {},
    }),
  };
  const world = {
    db: desk.db,
    catalogue: desk.desk.catalogue,
    ask: async () => ({ status: 'no-name' }) as const,
    kinds: [lists],
  };
  /** `of`: what the lists say of other addresses, where it is something else. */
  const look = async (say: Fact[], of: Record<string, Fact[]> = {}) => {
    facts = say;
    others = of;
    await desk.db
      .updateTable('addresses')
      .set({ check_due_at: new Date(0) })
      .where('network', '=', address)
      .execute();
    await askDueChecks(desk.db, new Date());
    const next = async () =>
      (await takeCheck(desk.db, 'schedule')) ?? (await takeCheck(desk.db, 'incidents'));
    for (let check = await next(); check; check = await next()) await runCheck(world, check);
  };
  return { desk, look, world };
}

const incidents = async ({ api }: TestDesk) => (await api('GET', '/incidents')).body.items;

t.test(
  'a new listing opens an incident with the list’s operator; it ends when the listing goes, with the proof',
  async (t) => {
    const { desk, look } = await monitored(t);
    await look([
      zone('zen.spamhaus.org', 'good', 'not listed'),
      zone('bl.spamcop.net', 'good', 'not listed'),
    ]);
    t.strictSame(await incidents(desk), [], 'nothing is wrong');
    await look([
      zone('zen.spamhaus.org', 'bad', 'SBL: spam was seen'),
      zone('bl.spamcop.net', 'good', 'not listed'),
    ]);
    t.match(await incidents(desk), [
      {
        number: 1,
        provider: 'spamhaus',
        state: 'open',
        addresses: [WATCHED],
        title: `Spamhaus lists ${WATCHED}`,
      },
    ]);
    await look([
      zone('zen.spamhaus.org', 'bad', 'SBL: spam was seen'),
      zone('bl.spamcop.net', 'good', 'not listed'),
    ]);
    t.equal((await incidents(desk)).length, 1, 'it is told once');
    await look([
      zone('zen.spamhaus.org', 'unknown', 'no answer'),
      zone('bl.spamcop.net', 'good', 'not listed'),
    ]);
    t.match(await incidents(desk), [{ state: 'open' }], 'no answer is no good news');
    await look([
      zone('zen.spamhaus.org', 'good', 'not listed'),
      zone('bl.spamcop.net', 'good', 'not listed'),
    ]);
    t.match(
      await incidents(desk),
      [{ state: 'recovered' }],
      'it has gone, also when the lists were silent in between',
    );
  },
);

t.test('flapping is one incident: gone, back, and gone again', async (t) => {
  const { desk, look } = await monitored(t);
  const listed = [zone('zen.spamhaus.org', 'bad', 'XBL: infected')];
  const clean = [zone('zen.spamhaus.org', 'good', 'not listed')];
  await look(listed);
  await look(clean);
  t.match(await incidents(desk), [{ state: 'recovered' }]);
  await look(listed);
  t.match(await incidents(desk), [{ state: 'open' }]);
  await look(clean);
  const [only, ...others] = await incidents(desk);
  t.strictSame(others, []);
  t.equal(only.state, 'recovered');
  const kinds = (await desk.api('GET', '/incidents/1/timeline?limit=100')).body.items.map(
    (entry: { kind: string }) => entry.kind,
  );
  t.equal(kinds.filter((kind: string) => kind === 'relapse-seen').length, 1);
  t.equal(kinds.filter((kind: string) => kind === 'recovery-confirmed').length, 2);
});

t.test('a list that was silent, or not asked, tells of nothing new and of nothing gone', async (t) => {
  const { desk, look } = await monitored(t);
  const listed = [zone('bl.spamcop.net', 'bad', 'reported')];
  await look(listed);
  await desk.api('PATCH', '/incidents/1', { state: 'mitigated', reason: 'they said so' });
  await look([zone('bl.spamcop.net', 'unknown', 'no answer')]);
  await look(listed);
  t.match(await incidents(desk), [{ state: 'mitigated' }], 'it stood all the time: no relapse');
  await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'known' });
  await look([zone('bl.spamcop.net', 'unknown', 'no answer')]);
  await look([zone('bl.spamcop.net', 'unknown', 'no answer at all')]);
  await look(listed);
  t.equal((await incidents(desk)).length, 1, 'nor another incident');

  const withKey = [...listed, zone('combined.mail.abusix.zone', 'bad', 'a trap was hit')];
  await look(withKey);
  t.match((await incidents(desk))[0], { number: 2, provider: 'abusix', state: 'open' });
  const unasked = (key: string) => zone(key, 'note', 'not asked: it wants a key');
  await look([...listed, unasked('combined.mail.abusix.zone')]);
  t.match((await incidents(desk))[0], { number: 2, state: 'open' }, 'a key that is gone lifts no listing');
  await look([...listed, zone('combined.mail.abusix.zone', 'good', 'not listed')]);
  t.match((await incidents(desk))[0], { number: 2, state: 'recovered' });

  const zen = (outcome: Outcome) => [
    zone('zen.spamhaus.org', outcome, ''),
    unasked('authbl.dq.spamhaus.net'),
  ];
  await look(zen('bad'));
  await look(zen('good'));
  t.match(
    (await incidents(desk))[0],
    { number: 3, state: 'recovered' },
    'a list that was never asked holds up nothing',
  );
});

t.test('a listing that goes ends no incident while another of its addresses is listed', async (t) => {
  const { desk, look } = await monitored(t);
  const other = '203.0.113.8';
  const listed = [zone('zen.spamhaus.org', 'bad', 'CSS: spam was seen')];
  const silent = [zone('zen.spamhaus.org', 'unknown', 'no answer')];
  const clean = [zone('zen.spamhaus.org', 'good', 'not listed')];
  await desk.api('POST', '/incidents', {
    report: '550 listed',
    provider: 'spamhaus',
    addresses: [WATCHED, other],
  });
  const all = async (say: Fact[], of: Fact[]) => {
    await desk.api('POST', '/incidents/1/evidence', {});
    await look(say, { [other]: of });
    return (await incidents(desk))[0].state;
  };
  t.equal(await all(listed, listed), 'open');
  t.equal(await all(clean, listed), 'open', 'the other is listed as before');
  t.equal(await all(clean, silent), 'open', 'no answer is no good news');
  t.equal(await all(clean, clean), 'recovered');
  const { items } = (await desk.api('GET', '/incidents/1/timeline?limit=100')).body;
  t.match(items.find((entry: { kind: string }) => entry.kind === 'recovery-confirmed').detail, {
    words: /203\.0\.113\.[78], 203\.0\.113\.[78] are no longer listed in zen\.spamhaus\.org\./,
  });
});

t.test(
  'each operator has an incident of its own, whatever number of its zones list the address',
  async (t) => {
    const { desk, look } = await monitored(t, '2001:db8::7');
    await look([
      zone('zen.spamhaus.org', 'bad', 'SBL'),
      zone('sbl.spamhaus.org', 'bad', 'SBL'),
      zone('bl.spamcop.net', 'bad', 'reported'),
    ]);
    t.strictSame((await incidents(desk)).map((one: { provider: string }) => one.provider).toSorted(), [
      'spamcop',
      'spamhaus',
    ]);
  },
);

t.test(
  'a check of an incident opens no other for a list, but ends the list’s when the listing goes',
  async (t) => {
    const { desk, look, world } = await monitored(t);
    await look([zone('zen.spamhaus.org', 'bad', 'SBL')]);
    await desk.api('POST', '/incidents/1/evidence', {});
    const check = await takeCheck(desk.db, 'incidents');
    const clean = {
      ...world.kinds[0],
      look: async () => ({
        outcome: 'good' as const,
        summary: 'on none',
        facts: [zone('zen.spamhaus.org', 'good', 'not listed'), zone('bl.spamcop.net', 'bad', 'reported')],
        claims: [],
        raw: {},
      }),
    } as AddressKind;
    if (check) await runCheck({ ...world, kinds: [clean] }, check);
    t.match(await incidents(desk), [{ provider: 'spamhaus', state: 'recovered' }]);
  },
);

t.test(
  'checks that are due are asked for once, spread over time, by whatever number of processes',
  async (t) => {
    const desk = await testDesk(t);
    for (let at = 1; at <= 40; at += 1)
      await desk.db
        .insertInto('addresses')
        .values({ network: `198.51.100.${at}`, check_every_hours: 24, check_due_at: new Date(0) })
        .execute();
    await desk.db
      .insertInto('addresses')
      .values({ network: '192.0.2.1', check_every_hours: null, check_due_at: null })
      .execute();
    const now = new Date();
    const asked = await Promise.all([
      askDueChecks(desk.db, now),
      askDueChecks(desk.db, now),
      askDueChecks(desk.db, now),
    ]);
    t.equal(
      asked.reduce((sum, n) => sum + n),
      40,
    );
    const checks = await desk.db.selectFrom('checks').selectAll().execute();
    t.equal(new Set(checks.map(({ networks }) => networks.join())).size, 40);
    t.equal(checks.length, 40);
    const due = await desk.db
      .selectFrom('addresses')
      .select('check_due_at')
      .where('check_due_at', 'is not', null)
      .execute();
    const waits = due.map((row) => ((row.check_due_at ?? now).getTime() - now.getTime()) / HOUR);
    t.ok(
      waits.every((wait) => wait >= 21.6 && wait <= 26.4),
      'within a tenth of the interval',
    );
    t.ok(
      new Set(waits.map(Math.round)).size > 1 || Math.max(...waits) - Math.min(...waits) > 0.1,
      'not all at one time',
    );
    await desk.db
      .updateTable('addresses')
      .set({ check_due_at: new Date(0) })
      .where('check_due_at', 'is not', null)
      .execute();
    await askDueChecks(desk.db, now);
    t.equal(
      (await desk.db.selectFrom('checks').selectAll().execute()).length,
      40,
      'none is asked for while one still waits',
    );
  },
);
