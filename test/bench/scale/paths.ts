import { sql } from 'kysely';
import type { Db } from '../../../src/database/open.ts';
import type { DeclaredRoute } from '../../../src/web/access.ts';
import { chooser, seeded } from '../../seeded.ts';

/** Addresses of every page and API path that can be read, with random rows of the database in them. */
export type Walked = { route: string; paths: string[] };

type Values = Record<string, string | number>;

/** What stands in a path, by the parameters of its route; the first that fits. */
type Source = { fits: RegExp; rows: (db: Db, incidents: number[], limit: number) => Promise<Values[]> };

const select = async (query: ReturnType<typeof sql<Values>>, db: Db) => (await query.execute(db)).rows;
const constant =
  (values: Values): Source['rows'] =>
  async () => [values];

/** Of an incident each: the newest message that came in, the last letter. */
const ofMessages = (db: Db, incidents: number[], limit: number, which = sql`direction = 'in'`) =>
  select(
    sql<Values>`select number, m.id from unnest(${incidents}::integer[]) number
      cross join lateral (select id from messages where incident_number = number and ${which} order by at desc limit 1) m
      limit ${limit}`,
    db,
  );

const SOURCES: Source[] = [
  {
    fits: /unfiled\/:id/,
    rows: (db, _incidents, limit) =>
      select(
        sql<Values>`select id, 1 as position from messages where incident_number is null and put_away_at is null order by at, id limit ${limit}`,
        db,
      ),
  },
  {
    fits: /attachments/,
    rows: (db, _incidents, limit) =>
      select(
        sql<Values>`select m.incident_number as number, m.id, 1 as position from attachments a join messages m on m.id = a.message_id
          where a.position = 0 and m.incident_number is not null order by a.id desc limit ${limit}`,
        db,
      ),
  },
  {
    fits: /messages\/:id\/html/,
    rows: (db, incidents, limit) => ofMessages(db, incidents, limit, sql`html is not null`),
  },
  { fits: /messages\/:id/, rows: (db, incidents, limit) => ofMessages(db, incidents, limit) },
  {
    fits: /letters\/:id/,
    rows: (db, incidents, limit) =>
      select(
        sql<Values>`select number, l.id from unnest(${incidents}::integer[]) number
          cross join lateral (select id from letters where incident_number = number order by id desc limit 1) l limit ${limit}`,
        db,
      ),
  },
  {
    fits: /reports\/:id/,
    rows: (db, incidents, limit) =>
      select(
        sql<Values>`select incident_number as number, report_id as id from incident_reports
          where incident_number = any(${incidents}) limit ${limit}`,
        db,
      ),
  },
  { fits: /:number/, rows: async (_db, incidents) => incidents.map((number) => ({ number })) },
  {
    fits: /snapshots\/:id/,
    rows: (db, _incidents, limit) =>
      select(sql<Values>`select id from snapshots order by id limit ${limit}`, db),
  },
  {
    fits: /evidence-files\/:id/,
    rows: (db, _incidents, limit) =>
      select(sql<Values>`select id from evidence_files order by id limit ${limit}`, db),
  },
  {
    fits: /:subject|addresses\/\*/,
    rows: async (db, incidents, limit) =>
      (
        await select(
          sql<Values>`select distinct host(a.network) as subject from incident_addresses ia join addresses a on a.id = ia.address_id
            where ia.incident_number = any(${incidents}) and masklen(a.network) in (32, 128) limit ${limit}`,
          db,
        )
      ).map((row) => ({ ...row, '*': row['subject'] ?? '', place: 'talos' })),
  },
  { fits: /imports\/:id|accounts\/:id/, rows: constant({ id: 1 }) },
  { fits: /:owner/, rows: constant({ owner: 'outlook-com', round: 'first', language: 'en' }) },
  {
    fits: /:key/,
    rows: async () => ['outlook-com', 'gmail', 'yahoo', 't-online'].map((key) => ({ key })),
  },
];

const fill = (route: string, values: Values) =>
  route.replace(/:(\w+)|\*/g, (name, key) => encodeURIComponent(String(values[key ?? name] ?? name)));

/** Ways to ask of lists, beside the plain one: filters, and a cursor far down. */
const FILTERS: Record<string, string[]> = {
  '/incidents': [
    '?state=not-closed',
    '?state=closed',
    '?provider=gmail',
    '?address=203.0.113.0/24',
    '?address=203.0.113.7',
    '?provider=spamcop&state=awaiting-provider',
    '?mine=true',
  ],
  '/api/v1/incidents': [
    '?state=closed&limit=200',
    '?provider=gmail',
    '?address=203.0.113.7',
    '?address=2001:db8::/32',
  ],
  '/addresses/*': [],
  '/incidents/:number/conversation': [],
  '/incidents/:number': ['?show=mail', '?order=newest'],
};

/** What cannot be shown without a secret, or is no page; pages of rows that only people make; and all data as a file. */
const LEFT_OUT =
  /^\/(assets|set-up|sign-in|healthz|readyz|metrics)|:version|\/providers\/:key\/edit|\/filing$|(api\/v1\/export|export\/file|reports\/timelines\.csv)$/;

/** Every route that is read with GET, with up to `limit` paths each; the same ones for the same database and seed. */
export async function walkedPaths(
  db: Db,
  routes: DeclaredRoute[],
  { limit = 100, seed = 1 } = {},
): Promise<Walked[]> {
  const { rows } = await sql<{ most: number }>`select max(number) as most from incidents`.execute(db);
  const random = chooser(seeded(seed));
  const incidents = Array.from({ length: limit * 3 }, () => random.between(1, rows[0]?.most ?? 1));
  const walked: Walked[] = [];
  for (const { methods, url } of routes) {
    if (!methods.includes('GET') || LEFT_OUT.test(url)) continue;
    const source = SOURCES.find(({ fits }) => fits.test(url));
    const values = /[:*]/.test(url) ? ((await source?.rows(db, incidents, limit)) ?? []) : [{}];
    walked.push({ route: url, paths: values.slice(0, limit).map((one) => fill(url, one)) });
    for (const query of FILTERS[url] ?? [])
      walked.push({
        route: `${url}${query}`,
        paths: values.slice(0, limit).map((one) => `${fill(url, one)}${query}`),
      });
  }
  return walked;
}
