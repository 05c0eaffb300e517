import { sql } from 'kysely';
import t from 'tap';
import { REPORTS } from '../../src/reports/definitions.ts';
import { signedIn, testDesk } from '../desk.ts';
import { insertAddresses, insertIncidents } from '../many-rows.ts';
import { watched } from '../paging/queries.fixture.ts';
import { plansOf, scanned } from '../plans.ts';
import { ask, HOUR } from './ask.fixture.ts';

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
