import { sql } from 'kysely';
import { oneOf } from '../database/one-of.ts';
import type { Db, Trx } from '../database/open.ts';
import type { IncidentState } from '../database/tables.ts';
import type { Verdict } from '../providers/schema.ts';
import { isNoYes } from './desk-clock.ts';
import { type Material, MOST_NEARBY } from './material.ts';

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

export type Earlier = {
  number: number;
  earlier: number;
  ended: Date;
  lifted: boolean;
  asked: Date | null;
  verdict: Verdict | null;
};

/** Earlier incidents of the same provider and address that ended within a year before, the newest first. */
export async function readEarlier(db: Db | Trx, numbers: number[], since: Date) {
  const { rows } = await sql<Earlier>`
    select i.number, o.number as earlier, coalesce(o.recovered_at, o.closed_at) as ended,
      coalesce(o.mitigated_at, o.recovered_at) is not null as lifted, o.last_request_at as asked, o.last_verdict as verdict
    from incidents i
    cross join lateral ${sameAddress(true)} back
    cross join lateral (
      select number, mitigated_at, recovered_at, closed_at, last_request_at, last_verdict from incidents
      where number = back.number and provider = i.provider and state in ('recovered', 'closed') and merged_into is null
        and coalesce(recovered_at, closed_at) between ${since}::timestamptz and i.opened_at limit 1) o
    where i.number ${oneOf(numbers, 'integer')}
    order by o.number desc`.execute(db);
  return Map.groupBy(rows, (row) => row.number);
}

/** The last request of an incident that they did not lift; null: they did, or nobody asked. */
export const triedAt = ({ lifted, verdict, asked }: Earlier): Date | null =>
  !lifted && isNoYes(verdict) ? asked : null;

/** What the newest of them, the first, is to this block. One that was closed without a word to them changed nothing there. */
export function earlierOf(before: Earlier[]): Material['earlier'] {
  const [newest] = before;
  const telling = before.find(({ lifted, asked }) => lifted || asked !== null);
  return newest
    ? { number: newest.earlier, endedAt: newest.ended, askedAt: telling ? triedAt(telling) : null }
    : null;
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
    cross join lateral (
      select number, state from incidents where number = back.number and provider = first.owner limit 1) o
    where i.number ${oneOf(numbers, 'integer')} and first.owner is not null
    order by i.number, o.state = 'closed', o.number desc`.execute(db);
  return new Map(rows.map((row) => [row.number, { number: row.other, state: row.state }]));
}

/**
 * How many incidents are unfinished of a provider in one network, for the networks of these incidents:
 * `provider network` → number. The newest of each network are looked at.
 */
export async function readNearby(db: Db | Trx, numbers: number[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ provider: string; nearby: string; n: number }>`
    select w.provider, w.nearby, count(distinct i.number) as n
    from (select distinct provider, nearby from incident_addresses where incident_number ${oneOf(numbers, 'integer')}) w
    cross join lateral (
      select o.incident_number from incident_addresses o
      where o.nearby = w.nearby and o.provider = w.provider
      order by o.incident_number desc limit ${MOST_NEARBY}::integer) o
    join incidents i on i.number = o.incident_number
    where i.state in ('open', 'action-needed', 'awaiting-provider')
    group by w.provider, w.nearby`.execute(db);
  return new Map(rows.map(({ provider, nearby, n }) => [`${provider} ${nearby}`, n]));
}
