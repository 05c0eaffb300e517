import { type CompiledQuery, sql } from 'kysely';
import t from 'tap';
import { signedIn, testDesk } from '../desk.ts';
import { insertAddresses, insertEntries, insertIncidents } from '../many-rows.ts';
import { watched } from '../paging/queries.fixture.ts';

/** Tables that grow with the years: no query of a page may walk one. */
const LARGE = ['incidents', 'incident_addresses', 'timeline_entries', 'messages', 'letters', 'rejections'];
const INCIDENTS = 6000;
/** Fewer than there are. */
const MOST_ROWS = 5000;

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Plan[];
};
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

t.test('the desk reads no large table from end to end, however many incidents there are', async (t) => {
  const desk = await testDesk(t);
  await insertAddresses(desk.db, 60);
  await insertIncidents(desk.db, INCIDENTS);
  await insertEntries(
    desk.db,
    Array.from({ length: INCIDENTS }, (_, index) => index + 1),
    3 * INCIDENTS,
  );
  await sql`update incidents set due_at = now() + (number % 500 - 250) * interval '1 hour',
    assignee_id = null where state <> 'closed'`.execute(desk.db);
  await sql`analyze`.execute(desk.db);
  const { queriesOf, app } = await watched(t, desk);
  const browser = await signedIn({ ...desk, app });
  await browser.get('/settings');

  /** Where there is a way by an index it is taken, so that what walks a table has none. */
  const planOf = (query: CompiledQuery): Promise<Plan[]> =>
    desk.db.transaction().execute(async (trx) => {
      await sql`set local enable_seqscan = off`.execute(trx);
      const { rows } = await trx.executeQuery<{ 'QUERY PLAN': [{ Plan: Plan }] }>({
        ...query,
        sql: `explain (analyze, format json) ${query.sql}`,
      });
      return nodesOf(rows[0]?.['QUERY PLAN'][0].Plan as Plan);
    });

  for (const path of ['/', '/?whose=mine', '/desk/needs-you', '/desk/waiting?whose=mine']) {
    const queries = await queriesOf(() => browser.get(path));
    const ours = queries.filter(
      (query) => /incident|letters|timeline/.test(query.sql) && /^\s*(select|with)/.test(query.sql),
    );
    t.ok(ours.length > 3, `${path}: ${ours.length} queries`);
    for (const query of ours)
      for (const node of await planOf(query)) {
        const table = node['Relation Name'] ?? '';
        if (!LARGE.includes(table)) continue;
        const what = `${path}: ${node['Node Type']} of ${table} in ${query.sql.replace(/\s+/g, ' ').slice(0, 300)}`;
        if (node['Node Type'] === 'Seq Scan') t.fail(what);
        const rows = node['Actual Rows'] * node['Actual Loops'];
        if (rows > MOST_ROWS) t.fail(`${rows} rows: ${what}`);
      }
  }
  const all = await planOf(sql`select * from incidents where title <> ''`.compile(desk.db));
  t.equal(all[0]?.['Node Type'], 'Seq Scan', 'one would be noticed');
});
