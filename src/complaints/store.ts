import { createHmac, randomBytes } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { ComplaintsTable } from '../database/tables.ts';
import type { Complaint } from './complaint.ts';

export type GivenComplaint = Complaint & {
  provider: string | null;
  /** The whole mail, where it is kept. */
  raw: Buffer | null;
};
export type Taken = { taken: number; repeated: number };

const CHUNK = 500;
const DAY_MS = 86_400_000;

/** The installation's own secret, made when it is first needed. */
async function secretOf(trx: Trx): Promise<Buffer> {
  await trx
    .insertInto('complaint_secret')
    .values({ secret: randomBytes(32) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await trx.selectFrom('complaint_secret').select('secret').executeTakeFirstOrThrow()).secret;
}

const hashed = (secret: Buffer, words: string) => createHmac('sha256', secret).update(words).digest();

/** Which of these addresses are ours: a trace names many hosts, and only our own can be the sender. */
async function oursAmong(trx: Trx, ips: string[]): Promise<Set<string>> {
  if (ips.length === 0) return new Set();
  const { rows } = await sql<{ ip: string }>`
    select host(ip) as ip from unnest(${[...new Set(ips)]}::inet[]) as ip
    where exists (select 1 from addresses a where a.network >>= ip)`.execute(trx);
  return new Set(rows.map(({ ip }) => ip));
}

/** The day after tomorrow is nobody's: such a time is a mistake or a lie, and now is what we know. */
const notAhead = (at: Date, now: Date) => (at.getTime() > now.getTime() + DAY_MS ? now : at);

/**
 * Keeps reports, each once. Who complained is kept as a hash, and the mail only where the installation keeps mails.
 * Whatever a report names, it makes no address ours: anybody can write one.
 */
export async function keepComplaints(
  trx: Trx,
  given: GivenComplaint[],
  { source, now }: { source: ComplaintsTable['source']; now: Date },
): Promise<Taken> {
  const secret = await secretOf(trx);
  const ours = await oursAmong(
    trx,
    given.flatMap(({ sourceIp, traceIps }) => (sourceIp ? [] : traceIps)),
  );
  const rows = given.map((one) => {
    const traced = one.sourceIp ? undefined : one.traceIps.find((ip) => ours.has(ip));
    return {
      digest: hashed(secret, one.identity),
      feedback_type: one.feedbackType,
      is_complaint: one.isComplaint,
      source_ip: one.sourceIp ?? traced ?? null,
      ip_source: traced ? ('trace' as const) : one.ipSource,
      reported_at: notAhead(one.reportedAt ?? one.arrivedAt ?? now, now),
      arrived_at: one.arrivedAt,
      incidents: one.incidents,
      reporter: one.reporter ? hashed(secret, one.reporter) : null,
      reporter_domain: one.from.slice(one.from.lastIndexOf('@') + 1).slice(0, 253),
      provider: one.provider,
      user_agent: one.userAgent,
      original_mail_from: one.originalMailFrom,
      reported_domain: one.reportedDomain,
      message_id: one.messageId,
      campaign: one.campaign,
      campaign_field: one.campaignField,
      auth_failure: one.authFailure,
      raw: one.raw,
      source,
    };
  });
  // In order: two that bring the same reports then wait for each other and never in a circle.
  const sorted = [...new Map(rows.map((row) => [row.digest.toString('hex'), row])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
  let taken = 0;
  for (let at = 0; at < sorted.length; at += CHUNK) {
    const kept = await trx
      .insertInto('complaints')
      .values(sorted.slice(at, at + CHUNK))
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .returning('id')
      .execute();
    taken += kept.length;
  }
  return { taken, repeated: given.length - taken };
}

export type ComplaintRow = Omit<Selectable<ComplaintsTable>, 'raw' | 'digest'>;
const SHOWN = [
  'id',
  'feedback_type',
  'is_complaint',
  'source_ip',
  'ip_source',
  'reported_at',
  'arrived_at',
  'incidents',
  'reporter',
  'reporter_domain',
  'provider',
  'user_agent',
  'original_mail_from',
  'reported_domain',
  'message_id',
  'campaign',
  'campaign_field',
  'auth_failure',
  'source',
  'recorded_at',
] as const;

/** A page of reports, newest first; of an address, or of all in a range. */
export async function listComplaints(
  db: Db,
  query: { limit: number; cidr?: string | undefined; after?: { at: Date; id: number } | undefined },
): Promise<{ items: ComplaintRow[]; next: { at: Date; id: number } | null }> {
  const { limit, cidr, after } = query;
  let page = db
    .selectFrom('complaints')
    .select(SHOWN)
    .orderBy('reported_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cidr) page = page.where(sql<boolean>`source_ip <<= ${cidr}::inet`);
  if (after)
    page = page.where(sql<boolean>`(reported_at, id) < (${after.at}::timestamptz, ${after.id}::bigint)`);
  const rows = await page.execute();
  return cutPage(rows, limit, (last) => ({ at: last.reported_at, id: last.id }));
}

const sum = sql<number>`coalesce(sum(incidents), 0)::bigint`;

/** Complaints by day (UTC) since a moment, newest first; of an address or range, or of all. */
export async function complaintsByDay(db: Db, since: Date, cidr?: string) {
  let rows = db
    .selectFrom('complaints')
    .select([
      sql<string>`(reported_at at time zone 'UTC')::date`.as('day'),
      sum.as('complaints'),
      sql<number>`count(distinct reporter)::bigint`.as('people'),
    ])
    .where('is_complaint', '=', true)
    .where('reported_at', '>=', since)
    .groupBy(sql`1`)
    .orderBy(sql`1 desc`);
  if (cidr) rows = rows.where(sql<boolean>`source_ip <<= ${cidr}::inet`);
  return rows.execute();
}

/** Campaigns that were complained of most. */
export async function complaintsByCampaign(db: Db, since: Date, cidr?: string) {
  let rows = db
    .selectFrom('complaints')
    .select([
      'campaign',
      'campaign_field as field',
      sum.as('complaints'),
      sql<Date>`max(reported_at)`.as('last'),
    ])
    .where('is_complaint', '=', true)
    .where('campaign', '<>', '')
    .where('reported_at', '>=', since)
    .groupBy(['campaign', 'campaign_field'])
    .orderBy(sql`3 desc`)
    .orderBy('campaign')
    .limit(20);
  if (cidr) rows = rows.where(sql<boolean>`source_ip <<= ${cidr}::inet`);
  return rows.execute();
}

export type ProviderShare = { provider: string; complaints: number; accepted: number };

/** By provider: complaints of its users, and what it accepted in the same time as far as logs show. */
export async function complaintsByProvider(db: Db, since: Date, cidr: string): Promise<ProviderShare[]> {
  const { rows } = await sql<ProviderShare>`
    select c.provider, sum(c.incidents)::bigint as complaints, coalesce((
      select sum(h.count) from observed_hours h join addresses a on a.id = h.address_id
      where a.network <<= ${cidr}::cidr and h.provider = c.provider and h.outcome = 'accepted' and h.hour >= ${since}
    ), 0)::bigint as accepted
    from complaints c
    where c.source_ip <<= ${cidr}::inet and c.is_complaint and c.provider is not null and c.reported_at >= ${since}
    group by c.provider order by complaints desc, c.provider limit 20`.execute(db);
  return rows;
}

/** When any loop reported last, and when one of a provider reported an address last. */
export async function lastReports(db: Db, provider: string, cidr: string) {
  const [any, own] = await Promise.all([
    db
      .selectFrom('complaints')
      .select((eb) => eb.fn.max('reported_at').as('at'))
      .executeTakeFirst(),
    db
      .selectFrom('complaints')
      .select((eb) => eb.fn.max('reported_at').as('at'))
      .where('provider', '=', provider)
      .where(sql<boolean>`source_ip <<= ${cidr}::inet`)
      .executeTakeFirst(),
  ]);
  return { any: any?.at ?? null, own: own?.at ?? null };
}
