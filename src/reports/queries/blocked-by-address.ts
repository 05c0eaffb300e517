import { sql } from 'kysely';
import { networkText } from '../../addresses/address.ts';
import type { Db } from '../../database/open.ts';
import type { Found } from '../found.ts';
import type { Scope } from '../query.ts';
import { blockedSeconds, endOf, lasting } from '../times-store.ts';
import { type Blocked, blockedRow } from './blocked.ts';

type Listed = Blocked & { groups: number; allIncidents: number; allSeconds: number; allStill: number };

/** How long each address was blocked in the period, added up over providers, the longest first. */
export async function blockedByAddress(db: Db, scope: Scope, limit: number): Promise<Found> {
  const { network } = scope.filters;
  const { rows } = await sql<Listed>`
    with sums as (
      select ia.address_id, count(*) as n, ${blockedSeconds(scope)} as seconds,
        count(*) filter (where t.until > ${endOf(scope)}::timestamptz) as still
      from incident_times t join incident_addresses ia on ia.incident_number = t.number
      where ${lasting(scope)}
        ${network ? sql`and ia.address_id in (select id from addresses where network && ${network.cidr}::cidr)` : sql``}
      group by ia.address_id
    ), longest as (
      select *, count(*) over () as groups, (sum(n) over ())::bigint as "allIncidents",
        sum(seconds) over () as "allSeconds", (sum(still) over ())::bigint as "allStill"
      from sums order by seconds desc, address_id limit ${limit}
    )
    select a.network::text as key, l.* from longest l join addresses a on a.id = l.address_id
    order by l.seconds desc, l.address_id`.execute(db);
  const [first] = rows;
  const all = blockedRow({
    key: '',
    n: first?.allIncidents ?? 0,
    seconds: first?.allSeconds ?? 0,
    still: first?.allStill ?? 0,
  });
  return {
    rows: rows.map((row) => blockedRow({ ...row, key: networkText(row.key) })),
    all,
    more: Math.max(0, (first?.groups ?? 0) - rows.length),
  };
}
