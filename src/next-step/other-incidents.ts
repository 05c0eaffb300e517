import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentState } from '../database/tables.ts';
import { nearby } from './incident-rows.ts';

/** What other incidents have to do with these; each is one query, however many there are. */

/** Of an address with a long history the newest so many incidents are looked at. */
const LOOKED_BACK = 24;
const sameAddress = (before: boolean) => sql<{ number: number }>`(
  select distinct back.incident_number as number
  from incident_addresses ia
  cross join lateral (
    select ob.incident_number from incident_addresses ob
    where ob.address_id = ia.address_id and ob.incident_number ${before ? sql`< i.number` : sql`<> i.number`}
    order by ob.incident_number desc limit ${LOOKED_BACK}::integer) back
  where ia.incident_number = i.number)`;

/** Earlier incidents of the same provider and address that ended within a year before, the newest first. */
export async function readEarlier(db: Db | Trx, numbers: number[], since: Date) {
  const { rows } = await sql<{ number: number; earlier: number; ended: Date }>`
    select i.number, o.number as earlier, coalesce(o.recovered_at, o.closed_at) as ended
    from incidents i
    cross join lateral ${sameAddress(true)} back
    join incidents o on o.number = back.number and o.provider = i.provider
    where i.number = any(${numbers}::integer[]) and o.state in ('recovered', 'closed')
      and coalesce(o.recovered_at, o.closed_at) between ${since}::timestamptz and i.opened_at
    order by o.number desc`.execute(db);
  return Map.groupBy(rows, (row) => row.number);
}

/** The incident of the cited list’s operator for the same address; the newest that is not closed goes before. */
export async function readUpstream(db: Db | Trx, numbers: number[]) {
  const { rows } = await sql<{ number: number; other: number; state: IncidentState }>`
    select distinct on (i.number) i.number, o.number as other, o.state
    from incidents i
    cross join lateral (
      select r.list_owner as owner from rejections r
      where r.incident_number = i.number order by r.id limit 1) first
    cross join lateral ${sameAddress(false)} back
    join incidents o on o.number = back.number and o.provider = first.owner
    where i.number = any(${numbers}::integer[]) and first.owner is not null
    order by i.number, o.state = 'closed', o.number desc`.execute(db);
  return new Map(rows.map((row) => [row.number, { number: row.other, state: row.state }]));
}

/** How many incidents are unfinished of a provider in one network: `provider network` → number. */
export async function readNearby(db: Db | Trx, providers: string[]): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('incidents as i')
    .innerJoin('incident_addresses as ia', 'ia.incident_number', 'i.number')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select(['i.provider', nearby.as('nearby')])
    .select((eb) => eb.fn.count<number>('i.number').distinct().as('n'))
    .where('i.state', 'in', ['open', 'action-needed', 'awaiting-provider'])
    .where('i.provider', 'in', providers)
    .groupBy(['i.provider', 'nearby'])
    .execute();
  return new Map(rows.map(({ provider, nearby: net, n }) => [`${provider} ${net}`, n]));
}
