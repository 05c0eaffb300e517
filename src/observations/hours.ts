import { type RawBuilder, sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { HourCount, Span } from './chart.ts';

const accepted = sql<number>`coalesce(sum(count) filter (where outcome = 'accepted'), 0)::bigint`;
const deferred = sql<number>`coalesce(sum(count) filter (where outcome = 'deferred'), 0)::bigint`;
const refused = sql<number>`coalesce(sum(count) filter (where outcome = 'refused'), 0)::bigint`;

/** Ids of the incident's addresses; those inside its ranges count as well. */
const ofIncident = (number: number): RawBuilder<number> => sql`(
  select inside.id from incident_addresses ia
  join addresses a on a.id = ia.address_id
  join addresses inside on inside.network <<= a.network
  where ia.incident_number = ${number})`;

/** Ids of an address, or of the addresses in a range. */
const ofNetwork = (cidr: string): RawBuilder<number> =>
  sql`(select id from addresses where network <<= ${cidr}::cidr)`;

/**
 * The hours of a span. As values of their own they are no bounds that the planner guesses by: whatever they are, the index
 * finds them below an address, and so the statement is planned once.
 */
const within = ({ from, to }: Span) =>
  sql<boolean>`hour >= (select ${from}::timestamptz) and hour < (select ${to}::timestamptz)`;

async function readHours(
  db: Db,
  addresses: RawBuilder<number>,
  { from, to }: Span,
  provider?: string,
): Promise<HourCount[]> {
  let rows = db
    .selectFrom('observed_hours')
    .select(['hour', accepted.as('accepted'), deferred.as('deferred'), refused.as('refused')])
    .where('address_id', 'in', addresses)
    .where(within({ from, to }))
    .groupBy('hour')
    .orderBy('hour');
  if (provider !== undefined) rows = rows.where('provider', '=', provider);
  return rows.execute();
}

/** Deliveries of an incident's addresses to its provider, by hour, oldest first. */
export const hoursOfIncident = (db: Db, incident: { number: number; provider: string }, span: Span) =>
  readHours(db, ofIncident(incident.number), span, incident.provider);

/** Deliveries of an address, or of all in a range, to all providers, by hour, oldest first. */
export const hoursOfNetwork = (db: Db, cidr: string, span: Span) => readHours(db, ofNetwork(cidr), span);

/** Ids of those addresses of an incident that its provider refused or deferred since the hour of a moment. */
export async function refusedSince(
  trx: Trx,
  { number, provider }: { number: number; provider: string },
  from: Date,
): Promise<number[]> {
  const rows = await trx
    .selectFrom('observed_hours')
    .select('address_id')
    .distinct()
    .where('address_id', 'in', ofIncident(number))
    .where('provider', '=', provider)
    .where('outcome', '!=', 'accepted')
    .where('hour', '>=', sql<Date>`date_trunc('hour', ${from}::timestamptz, 'UTC')`)
    .execute();
  return rows.map((row) => row.address_id);
}

export type ProviderCount = {
  provider: string;
  accepted: number;
  deferred: number;
  refused: number;
  lastRefusal: Date | null;
};

/** Deliveries of an address by provider, those refused most first. */
export const countByProvider = (db: Db, cidr: string, { from, to }: Span): Promise<ProviderCount[]> =>
  db
    .selectFrom('observed_hours')
    .select([
      'provider',
      accepted.as('accepted'),
      deferred.as('deferred'),
      refused.as('refused'),
      sql<Date | null>`max(hour) filter (where outcome <> 'accepted')`.as('lastRefusal'),
    ])
    .where('address_id', 'in', ofNetwork(cidr))
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .groupBy('provider')
    .orderBy(sql`sum(count) filter (where outcome <> 'accepted')`, (order) => order.desc().nullsLast())
    .orderBy('provider')
    .limit(100)
    .execute();
