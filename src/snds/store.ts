import { type Selectable, sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { SndsDaysTable } from '../database/tables.ts';
import type { BlockedRange, DayFacts } from './found.ts';

/** Most rows of a look at several networks: a range of a /24 for three weeks fits. */
const MOST_ROWS = 6000;

/** What SNDS said of the addresses in some networks since a day: by address, newest day first. */
export async function daysWithin(
  db: Db | Trx,
  networks: string[],
  since: string,
): Promise<Map<string, DayFacts[]>> {
  if (networks.length === 0) return new Map();
  const rows = await db
    .selectFrom('snds_days as d')
    .innerJoin('addresses as a', 'a.id', 'd.address_id')
    .selectAll('d')
    .select('a.network')
    .where('d.day', '>=', since)
    .where((eb) => eb.or(networks.map((network) => sql<boolean>`a.network <<= ${network}::cidr`)))
    .orderBy('d.day', 'desc')
    .limit(MOST_ROWS)
    .execute();
  const byNetwork = Map.groupBy(rows, ({ network }) => network);
  return new Map([...byNetwork].map(([network, days]) => [network, days.map(factsOf)]));
}

/** For each known single address in some networks, the ranges around it that the newest status reports name. */
export async function rangesWithin(db: Db | Trx, networks: string[]): Promise<Map<string, BlockedRange[]>> {
  if (networks.length === 0) return new Map();
  const { rows } = await sql<BlockedRange & { network: string }>`
    select a.network, host(s.first) as first, host(s.last) as last, s.blocked, s.details, n.seen_at as "seenAt"
    from (${NEWEST}) n join snds_status s on s.import_id = n.id
    join addresses a on a.network = host(a.network)::cidr
      and s.first <= a.network::inet and s.last >= a.network::inet
    where a.network <<= any(${sql.val(networks)}::cidr[])
    order by s.blocked desc, n.seen_at desc limit ${MOST_ROWS}`.execute(db);
  return Map.groupBy(rows, ({ network }) => network);
}

/** What SNDS said of one address, newest day first. */
export async function daysOf(db: Db, cidr: string, limit: number): Promise<DayFacts[]> {
  const rows = await db
    .selectFrom('snds_days as d')
    .innerJoin('addresses as a', 'a.id', 'd.address_id')
    .selectAll('d')
    .where('a.network', '=', cidr)
    .orderBy('d.day', 'desc')
    .limit(limit)
    .execute();
  return rows.map(factsOf);
}

const factsOf = (row: Selectable<SndsDaysTable>): DayFacts => ({
  day: row.day,
  filter: row.filter,
  complaints: { low: row.complaint_low, high: row.complaint_high },
  complaintText: row.complaint_text,
  rcpt: row.rcpt,
  data: row.data,
  recipients: row.recipients,
  trapHits: row.trap_hits,
  activity: row.activity,
  comments: row.comments,
});

/** The newest report of each source that says which ranges are blocked; an empty one says that none is. */
const NEWEST = sql`
  select distinct on (coalesce(i.feed_id, 0)) i.id, i.seen_at
  from snds_imports i left join snds_feeds f on f.id = i.feed_id
  where i.kind = 'status' or (i.kind = 'empty' and f.kind = 'status')
  order by coalesce(i.feed_id, 0), i.id desc`;

/** The ranges around an address that the newest status reports name. */
export async function rangesAround(db: Db, address: string): Promise<BlockedRange[]> {
  const { rows } = await sql<BlockedRange>`
    select host(s.first) as first, host(s.last) as last, s.blocked, s.details, n.seen_at as "seenAt"
    from (${NEWEST}) n join snds_status s on s.import_id = n.id
    where s.first <= ${address}::inet and s.last >= ${address}::inet
    order by s.blocked desc, n.seen_at desc limit 20`.execute(db);
  return rows;
}

export type ListedDay = DayFacts & { network: string };

/** A page of days, newest first, of one address or of all. */
export async function listDays(
  db: Db,
  query: { limit: number; cidr?: string | undefined; after?: { day: string; network: string } | undefined },
): Promise<{ items: ListedDay[]; next: { day: string; network: string } | null }> {
  let page = db
    .selectFrom('snds_days as d')
    .innerJoin('addresses as a', 'a.id', 'd.address_id')
    .selectAll('d')
    .select('a.network')
    .orderBy('d.day', 'desc')
    .orderBy('a.network')
    .limit(query.limit + 1);
  const { cidr, after } = query;
  if (cidr) page = page.where(sql<boolean>`a.network <<= ${cidr}::cidr`);
  if (after)
    page = page.where((eb) =>
      eb.or([
        eb('d.day', '<', after.day),
        eb.and([eb('d.day', '=', after.day), eb('a.network', '>', after.network)]),
      ]),
    );
  const rows = await page.execute();
  const { items, next } = cutPage(rows, query.limit, ({ day, network }) => ({ day, network }));
  return { items: items.map((row) => ({ ...factsOf(row), network: row.network })), next };
}

/** A page of imports, newest first, without their bytes. */
export async function listImports(db: Db, query: { limit: number; after?: number | undefined }) {
  let page = db
    .selectFrom('snds_imports')
    .select([
      'id',
      'kind',
      'source',
      'file_name',
      'rows',
      'first_day',
      'last_day',
      'by_name',
      'received_at',
      'seen_at',
      'byte_length',
    ])
    .orderBy('id', 'desc')
    .limit(query.limit + 1);
  if (query.after) page = page.where('id', '<', query.after);
  const rows = await page.execute();
  return cutPage(rows, query.limit, ({ id }) => id);
}

/** What an import brought, byte for byte. */
export const rawImport = (db: Db, id: number) =>
  db
    .selectFrom('snds_imports')
    .select(['raw', 'kind', 'received_at'])
    .where('id', '=', id)
    .executeTakeFirst();

/** The newest day of all addresses together. */
export async function newestDay(db: Db): Promise<string | null> {
  const row = await db
    .selectFrom('snds_days')
    .select('day')
    .orderBy('day', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.day ?? null;
}
