import { sql } from 'kysely';
import t from 'tap';
import { REPORTS } from '../../src/reports/definitions.ts';
import { signedIn, type TestDesk, testDesk } from '../desk.ts';
import { insertAddresses, insertIncidents } from '../many-rows.ts';
import { watched } from '../paging/queries.fixture.ts';
import { plansOf, scanned } from '../plans.ts';

type Values = Record<string, number | null>;
type ReportJson = {
  period: { from: string; to: string };
  care: string;
  rows: { key: string; name: string; incidents: number; values: Values; before: Values | null }[];
  all: { incidents: number; values: Values; before: Values | null };
  more: number;
};
const ask = async (desk: TestDesk, path: string): Promise<ReportJson> => {
  const { status, body } = await desk.api('GET', `/reports/${path}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as unknown as ReportJson;
};
const HOUR = 3600;

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

t.test('each report over many incidents', async (t) => {
  const desk = await testDesk(t);
  await insertAddresses(desk.db, 40);
  await insertIncidents(desk.db, 3000);
  await sql`insert into incident_causes (incident_number, class, found, found_at, recorded_by_name)
    select number, 'list-quality', 'old lists', now(), 'A' from incidents where number % 4 = 0`.execute(
    desk.db,
  );
  await sql`analyze`.execute(desk.db);
  const browser = await signedIn(desk, 'viewer');

  await t.test('page, CSV and API agree', async (t) => {
    const day = (ago: number) => new Date(Date.now() - ago * 24 * HOUR * 1000).toISOString().slice(0, 10);
    // Over: nothing in it grows between two questions.
    const period = `from=${day(35)}&to=${day(10)}`;
    for (const { key } of REPORTS) {
      const report = await ask(desk, `${key}?${period}`);
      const csv = (await browser.get(`/reports/${key}.csv?${period}`)).body.trim().split('\r\n');
      t.equal(csv.length - 1, report.rows.length, key);
      for (const [index, row] of report.rows.entries())
        t.equal(
          csv[index + 1]?.split(',').slice(-Object.keys(row.values).length).join(','),
          Object.values(row.values)
            .map((value) => value ?? '')
            .join(','),
        );
      const page = await browser.get(`/reports/${key}?${period}`);
      for (const { name } of report.rows) t.ok(page.body.includes(name), `${key} ${name}`);
    }
  });

  await t.test('counts are those of the incidents themselves', async (t) => {
    const since = new Date((await ask(desk, 'relapses?period=30-days')).period.from);
    const { n } = await desk.db
      .selectFrom('incidents')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where(sql<Date>`least(first_rejection_at, opened_at)`, '>=', since)
      .executeTakeFirstOrThrow();
    for (const key of ['causes', 'load', 'over-time', 'first-request'])
      t.equal((await ask(desk, `${key}?period=30-days`)).all.incidents, n, key);
  });

  await t.test('a fixed number of queries, none of which reads what grows from end to end', async (t) => {
    const seen = await watched(t, desk);
    for (const { key } of REPORTS) {
      const queries = await seen.queriesOf(() =>
        seen.app.inject({
          url: `/api/v1/reports/${key}?from=2026-01-01&to=2026-01-02`,
          headers: { authorization: 'Bearer a-bootstrap-token-for-tests' },
        }),
      );
      const own = queries.filter((query) => query.sql.includes('incident_times'));
      t.ok(own.length >= 1 && own.length <= 3, `${key}: ${own.length} queries`);
      t.strictSame(
        scanned(await plansOf(desk.db, own), ['incidents', 'incident_times', 'timeline_entries', 'messages']),
        [],
        key,
      );
    }
  });
});
