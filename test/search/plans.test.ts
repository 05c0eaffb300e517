import { type CompiledQuery, sql } from 'kysely';
import t from 'tap';
import { listIncidents } from '../../src/incidents/list.ts';
import { askOf } from '../../src/search/ask.ts';
import { find } from '../../src/search/find.ts';
import { incidentFilter } from '../../src/search/incident-filter.ts';
import { readQuery } from '../../src/search/query.ts';
import { CATALOGUE, testDesk } from '../desk.ts';
import { insertAddresses, insertIncidents } from '../many-rows.ts';
import { VIEWER } from './search.fixture.ts';

const MANY = 6000;

/** Incidents with a message each: one word is in all, one in every third, one in a hundredth, one in three. */
async function fill(db: Awaited<ReturnType<typeof testDesk>>['db']): Promise<void> {
  await insertAddresses(db, 500);
  await insertIncidents(db, MANY / 4);
  await sql`
    insert into messages (incident_number, direction, at, from_address, subject, text, raw, raw_type, sha256, verdict)
    select 1 + i % ${MANY / 4}::integer, 'in', now() - i * interval '5 minutes', 'support@example.com', 'Re: SRX' || (100000 + i) || 'ID',
      'mailbox ' || case when i % 3 = 0 then 'traffic ' else '' end || case when i % 100 = 0 then 'midword ' else '' end
        || case when i % 2000 = 0 then 'zanzibar ' else '' end || md5(i::text), 'x', 'text/plain', sha256(convert_to(i::text, 'UTF8')), 'denied'
    from generate_series(1, ${MANY}::integer) i order by i`.execute(db);
  // New words wait in a list of their index until then, and make it look dear.
  await sql`vacuum analyze search_texts`.execute(db);
  await sql`analyze`.execute(db);
}

t.test('no search reads the whole table of texts', async (t) => {
  const { db } = await testDesk(t);
  await fill(db);
  const plans: string[] = [];
  const noting = db.withPlugin({
    transformQuery: ({ node, queryId }) => {
      seen.push(db.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const seen: CompiledQuery[] = [];
  /** The plans of all that was asked since. */
  async function explained(): Promise<string[]> {
    plans.length = 0;
    for (const query of seen.splice(0)) {
      if (!/from search_texts|join search_texts/.test(query.sql) || query.sql.startsWith('explain')) continue;
      const { rows } = await db.executeQuery<{ 'QUERY PLAN': string }>({
        ...query,
        sql: `explain ${query.sql}`,
      } as CompiledQuery as never);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return [...plans];
  }

  const shapes: [string, RegExp][] = [
    ['zanzibar', /search_texts_(words|at)_idx/],
    ['SRX100007ID', /search_texts_(words|at)_idx/],
    ['nowherefound', /search_texts_(words|at)_idx/],
    ['00007', /search_texts_title_idx/],
    ['mailbox', /search_texts_at_idx/],
    ['traffic', /search_texts_(words|at)_idx/],
    ['traffic kind:message', /search_texts_(words|at)_idx/],
    ['zanzibar provider:gmail', /search_texts_(words|at)_idx/],
    ['203.0.113.7', /search_texts_(words|at)_idx/],
    ['S3150', /search_texts_(words|at)_idx/],
    ['code:S3150 midword', /search_texts_(words|at)_idx/],
    ['"mailbox traffic" before:2000', /search_texts_(words|at)_idx/],
    ['before:2030', /search_texts_at_idx/],
    ['state:closed', /search_texts_at_idx/],
    ['state:mitigated traffic', /search_texts_(incident|words)_idx/],
    ['assignee:me', /search_texts|^$/],
    ['-mailbox', /search_texts_at_idx/],
    ['mailbox or zanzibar', /search_texts_at_idx/],
    ['zanz*', /search_texts_(words|at)_idx/],
  ];
  for (const [text, way] of shapes) {
    const plan = await askOf(db, readQuery(text, { catalogue: CATALOGUE, timeZone: 'UTC' }), VIEWER);
    for (const after of [undefined, { at: new Date(Date.now() - 86_400_000), id: 5 }]) {
      seen.length = 0;
      await find(noting, plan, { limit: 26, enough: 26, after });
      for (const one of await explained()) {
        t.notMatch(one, /Seq Scan on search_texts/, `${text}\n${one}`);
        if (!after) t.match(one, way, `${text}\n${one}`);
      }
    }
  }

  for (const text of ['zanzibar', 'S3150', 'harbour', '203.0.113.7']) {
    seen.length = 0;
    const { fits } = await incidentFilter(noting, text, VIEWER, CATALOGUE);
    await listIncidents(noting, { limit: 50, fits });
    for (const one of await explained())
      t.notMatch(one, /Seq Scan on search_texts/, `the list, ${text}\n${one}`);
  }
});
