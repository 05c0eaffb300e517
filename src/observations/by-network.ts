import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';

/** Counts of deliveries as letters argue with them: of each of an incident's addresses or ranges apart. */

/** Most rows of a look: a day of a network, or a provider of one. */
const MOST_ROWS = 5000;

export type NetworkDay = {
  network: string;
  day: string;
  accepted: number;
  refused: number;
  lastAccepted: Date | null;
  lastTried: Date;
  /** Accepted in hours after the last refusal or deferral, and the first of these hours. */
  acceptedSince: number;
  firstSince: Date | null;
  refusedAt: Date | null;
};

/** One network in the condition, so that the index on addresses serves each. */
const networksAs = (networks: string[]) => sql`unnest(${sql.val(networks)}::cidr[]) as n(network)`;

/**
 * Deliveries to one provider by network and day (UTC). `refusedAt`: a refusal known otherwise, such as one that
 * was pasted.
 */
export async function daysByNetwork(
  db: Db | Trx,
  networks: string[],
  { provider, from, refusedAt }: { provider: string; from: Date; refusedAt: Date | null },
): Promise<NetworkDay[]> {
  if (networks.length === 0) return [];
  const { rows } = await sql<NetworkDay>`
    with seen as (
      select n.network, h.hour, h.outcome, h.count
      from ${networksAs(networks)}
      join addresses a on a.network <<= n.network
      join observed_hours h on h.address_id = a.id and h.provider = ${provider} and h.hour >= ${from}
    ), last as (
      select network, greatest(max(hour) filter (where outcome <> 'accepted'), ${refusedAt}::timestamptz) as refused
      from seen group by network
    )
    select s.network::text as network, to_char(s.hour at time zone 'UTC', 'YYYY-MM-DD') as day,
      coalesce(sum(s.count) filter (where s.outcome = 'accepted'), 0)::bigint as accepted,
      coalesce(sum(s.count) filter (where s.outcome = 'refused'), 0)::bigint as refused,
      max(s.hour) filter (where s.outcome = 'accepted') as "lastAccepted",
      max(s.hour) as "lastTried",
      coalesce(sum(s.count) filter (where s.outcome = 'accepted' and s.hour > l.refused), 0)::bigint as "acceptedSince",
      min(s.hour) filter (where s.outcome = 'accepted' and s.hour > l.refused) as "firstSince",
      max(l.refused) as "refusedAt"
    from seen s join last l on l.network = s.network
    group by s.network, day order by s.network, day limit ${MOST_ROWS}`.execute(db);
  return rows;
}

export type NetworkProvider = {
  network: string;
  provider: string;
  accepted: number;
  refused: number;
  newest: Date;
};

/** Deliveries to each of some providers by network, since a moment. */
export async function providersByNetwork(
  db: Db | Trx,
  networks: string[],
  { providers, from }: { providers: string[]; from: Date },
): Promise<NetworkProvider[]> {
  if (networks.length === 0 || providers.length === 0) return [];
  const { rows } = await sql<NetworkProvider>`
    select n.network::text as network, h.provider,
      coalesce(sum(h.count) filter (where h.outcome = 'accepted'), 0)::bigint as accepted,
      coalesce(sum(h.count) filter (where h.outcome = 'refused'), 0)::bigint as refused,
      max(h.hour) as newest
    from ${networksAs(networks)}
    join addresses a on a.network <<= n.network
    join observed_hours h on h.address_id = a.id and h.provider = any(${sql.val(providers)}::text[]) and h.hour >= ${from}
    group by n.network, h.provider order by n.network, h.provider limit ${MOST_ROWS}`.execute(db);
  return rows;
}
