import { sql } from 'kysely';
import t from 'tap';
import type { Db } from '../../src/database/open.ts';
import { buildScale } from '../bench/scale/build.ts';
import { type Asked, visits } from '../bench/scale/explain.ts';
import { type Explained, explainWithoutWalking } from '../bench/scale/plans.ts';
import { testDatabase } from '../database.ts';

/** Tables that grow with the years. On any other a database may walk all rows. */
const LARGE = new Set([
  'timeline_entries',
  'messages',
  'incidents',
  'incident_addresses',
  'incident_links',
  'incident_reports',
  'reports',
  'rejections',
  'letters',
  'letter_outcomes',
  'tickets',
  'evidence',
  'checks',
  'snapshots',
  'observed_hours',
  'observed_minutes',
  'complaints',
  'snds_days',
]);

/** What looks at all incidents of a time, because that is what it tells of. */
const TELLS_OF_ALL: Record<string, string[]> = {
  '/reports/timelines.csv': ['timeline_entries'],
  '/api/v1/timeline.csv': ['timeline_entries'],
};

/** With so many pages of 8 KiB a table is walked only where there is no other way. A smaller one may be: here, not after years. */
const SURE_PAGES = 300;

async function sizes(db: Db): Promise<Map<string, number>> {
  const { rows } = await sql<{ table: string; pages: number }>`
    select relname as table, relpages as pages from pg_class where relname = any(${[...LARGE]})`.execute(db);
  return new Map(rows.map(({ table, pages }) => [table, pages]));
}

const walkedIn = (looks: Explained['looks']) =>
  looks.filter(({ how, table }) => how.endsWith('Seq Scan') && LARGE.has(table)).map(({ table }) => table);

const skip = process.env['TEST_DATABASE_URL']
  ? false
  : 'a server plans for the sizes that matter: TEST_DATABASE_URL is not set';

t.test('no page walks a large table from end to end', { timeout: 290_000, skip }, async (t) => {
  const db = await testDatabase(t);
  await buildScale(
    db,
    { size: 0.01, seed: 1, open: undefined },
    { until: new Date(), bar: { at: () => {}, finished: () => {}, end: () => {} } },
  );
  const pagesOf = await sizes(db);
  /** Tables that are walked, and would be at any size. */
  const walked = async ({ looks, statement }: Asked) => {
    const found = walkedIn(looks);
    const small = found.filter((table) => (pagesOf.get(table) ?? 0) < SURE_PAGES);
    if (small.length === 0) return found;
    const again = walkedIn((await explainWithoutWalking(db, statement)).looks);
    return found.filter((table) => !small.includes(table) || again.includes(table));
  };
  let pages = 0;
  const faults: string[] = [];
  for await (const { route, path, status, reads } of visits(db, '', { twice: false })) {
    pages += 1;
    if (status >= 500) faults.push(`${path} answers ${status}`);
    for (const read of reads)
      for (const table of await walked(read))
        if (!TELLS_OF_ALL[route]?.includes(table))
          faults.push(`${route}: all of ${table} for ${read.sql.slice(0, 400)}`);
  }
  t.ok(pages > 90, `${pages} pages`);
  t.strictSame(faults, []);
});
