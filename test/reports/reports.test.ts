import { sql } from 'kysely';
import t from 'tap';
import { REPORTS } from '../../src/reports/definitions.ts';
import { signedIn, type TestDesk, testDesk } from '../desk.ts';
import { ask, HOUR } from './ask.fixture.ts';

/** Blocks logged at a moment, each with hours from its begin to request, answer, mitigation and end; null: not come. */
async function block(
  desk: TestDesk,
  {
    provider = 'gmail',
    at,
    asked = null,
    answered = null,
    lifted = null,
    closed = null,
    relapses = 0,
    more = {},
  }: {
    provider?: string;
    at: string;
    asked?: number | null;
    answered?: number | null;
    lifted?: number | null;
    closed?: number | null;
    relapses?: number;
    more?: object;
  },
): Promise<number> {
  const after = (hours: number | null) =>
    hours === null ? null : new Date(new Date(at).getTime() + hours * HOUR * 1000);
  const row = await desk.db
    .insertInto('incidents')
    .values({
      title: 'A block',
      provider,
      state: closed !== null ? 'closed' : lifted !== null ? 'mitigated' : 'open',
      opened_at: new Date(at),
      state_since: new Date(at),
      first_request_at: after(asked),
      first_answer_at: after(answered),
      mitigated_at: after(lifted),
      closed_at: after(closed),
      relapses,
      ...more,
    } as never)
    .returning('number')
    .executeTakeFirstOrThrow();
  return row.number;
}

t.test('blocked time counts inside the period only, and runs on while it lasts', async (t) => {
  const desk = await testDesk(t);
  await block(desk, { at: '2025-02-28T12:00:00Z', lifted: 24 });
  await block(desk, { at: '2025-03-10T00:00:00Z', lifted: 10, closed: 400 });
  await block(desk, { at: '2025-03-31T00:00:00Z', provider: 'yahoo' });
  await block(desk, { at: '2025-04-01T00:00:00Z', provider: 'yahoo', lifted: 5 });
  const march = await ask(desk, 'blocked-by-provider?from=2025-03-01&to=2025-03-31&zone=UTC');
  t.match(march.rows, [
    { key: 'yahoo', values: { incidents: 1, blocked_s: 24 * HOUR, still: 1 } },
    { key: 'gmail', values: { incidents: 2, blocked_s: 22 * HOUR, still: 0 } },
  ]);
  const later = await ask(desk, 'blocked-by-provider?from=2025-03-01&to=2025-03-31&zone=Asia/Tokyo');
  t.match(
    later.rows[1],
    { key: 'yahoo', values: { blocked_s: 15 * HOUR } },
    'where March ends nine hours earlier',
  );
});

t.test('what waits still counts as waiting, and the median says so', async (t) => {
  const desk = await testDesk(t);
  const at = '2025-03-10T00:00:00Z';
  for (const lifted of [11, 21, null, null, null]) await block(desk, { at, asked: 1, lifted });
  await block(desk, { at, lifted: 3 });
  const { all, care } = await ask(desk, 'mitigation?from=2025-03-01&to=2025-03-31');
  t.match(all.values, { ended: 2, waiting: 3, half_s: null });
  const near = (seconds: number | null | undefined, hours: number) =>
    t.ok(Math.abs((seconds ?? 0) / (hours * HOUR) - 1) < 0.09, `${seconds} s for ${hours} h`);
  near(all.values['quarter_s'], 20);
  t.equal(care, '5 incidents: read with care.');
  const requests = await ask(desk, 'first-request?from=2025-03-01&to=2025-03-31');
  t.match(requests.all.values, { ended: 5, waiting: 1 });
});

t.test('an address is filtered by its range, and a range finds the addresses in it', async (t) => {
  const desk = await testDesk(t);
  for (const [address, hours] of [
    ['203.0.113.7', 5],
    ['203.0.113.8', 7],
    ['198.51.100.1', 9],
  ] as const) {
    const { id } = await desk.db
      .insertInto('addresses')
      .values({ network: `${address}/32` })
      .returning('id')
      .executeTakeFirstOrThrow();
    const number = await block(desk, { at: '2025-03-10T00:00:00Z', lifted: hours });
    await desk.db
      .insertInto('incident_addresses')
      .values({ incident_number: number, address_id: id })
      .execute();
  }
  const period = 'from=2025-03-01&to=2025-03-31';
  const inRange = await ask(desk, `blocked-by-address?${period}&address=203.0.113.0/24`);
  t.strictSame(
    inRange.rows.map(({ key, values }) => [key, (values['blocked_s'] ?? 0) / HOUR]),
    [
      ['203.0.113.8', 7],
      ['203.0.113.7', 5],
    ],
  );
  t.match(await ask(desk, `blocked-by-address?${period}&limit=1`), { more: 2, all: { incidents: 3 } });
  t.match(await ask(desk, `relapses?${period}&address=203.0.113.8`), { all: { values: { incidents: 1 } } });
});

t.test('a tag and a severity narrow a report', async (t) => {
  const desk = await testDesk(t);
  const one = await block(desk, { at: '2025-03-10T00:00:00Z', lifted: 4, more: { severity: 'high' } });
  await block(desk, { at: '2025-03-10T00:00:00Z', lifted: 4 });
  await sql`insert into tags (name) values ('black-friday')`.execute(desk.db);
  await sql`insert into incident_tags select ${one}, id from tags`.execute(desk.db);
  const period = 'from=2025-03-01&to=2025-03-31';
  for (const filter of ['tag=%23Black%20Friday', 'severity=high', 'tag=black-friday&assignee=0'])
    t.equal((await ask(desk, `causes?${period}&${filter}`)).all.incidents, 1, filter);
  t.equal((await ask(desk, `causes?${period}&tag=unheard-of`)).all.incidents, 0);
  t.equal((await desk.api('GET', `/reports/causes?${period}&tag=,`)).status, 422);
});

t.test('the period before stands beside it', async (t) => {
  const desk = await testDesk(t);
  await block(desk, { at: '2025-03-10T00:00:00Z', lifted: 4, relapses: 1 });
  await block(desk, { at: '2025-02-10T00:00:00Z', lifted: 4 });
  await block(desk, { at: '2025-02-10T00:00:00Z', lifted: 4, provider: 'yahoo' });
  const march = await ask(desk, 'relapses?from=2025-03-01&to=2025-03-28&compare=before');
  t.match(march.rows, [{ key: 'gmail', values: { share_percent: 100 }, before: { lifted: 1, relapsed: 0 } }]);
  t.match(march.all.before, { lifted: 2 });
});

t.test('every report says that a period is empty, and what is wrong with a question', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'viewer');
  t.match((await browser.get('/reports')).body, /href="\/reports\/verdicts"/);
  for (const { key } of REPORTS) {
    const empty = await browser.get(`/reports/${key}?compare=before`);
    t.equal(empty.statusCode, 200, key);
    t.match(empty.body, /No incident in this period\./, key);
    const wrong = await browser.get(`/reports/${key}?from=2026-03-02&to=2026-03-01&address=nowhere`);
    t.equal(wrong.statusCode, 422, key);
    t.match(wrong.body, /ends before it begins/, key);
    t.match(wrong.body, /value="nowhere"/, 'what was typed is kept');
    t.equal((await desk.api('GET', `/reports/${key}?address=10.0.0.1`)).status, 422);
    t.equal((await desk.api('GET', `/reports/${key}?zone=Mars/Olympus`)).status, 422);
    t.equal((await desk.api('GET', `/reports/${key}?from=0001-01-01`)).status, 422);
    t.equal((await desk.api('GET', `/reports/${key}?provider=';--`)).status, 400);
  }
});
