import { sql } from 'kysely';
import { covers } from '../../addresses/address.ts';
import { rowsOf } from '../../database/one-of.ts';
import type { Trx } from '../../database/open.ts';
import { earlier } from '../incidents.ts';
import { partAfter } from './parts.ts';
import type { SeenRejection } from './rejections.ts';

/** An incident that is there, or one that is about to be logged. */
type Of = { provider: string; openedAt: Date; number?: number };
export type EndBefore = { network: string; ended: Date | null };

/**
 * Of each of these networks, when the provider’s last block of it was over that an incident before this one tells of;
 * null: none does.
 */
export async function endsBefore(
  trx: Trx,
  cidrs: string[],
  { provider, openedAt, number = 0 }: Of,
): Promise<EndBefore[]> {
  const { rows } = await sql<EndBefore>`
    select own.network::text as network, before.ended
    from ${rowsOf(cidrs, 'cidr')} as own (network)
    cross join lateral (
      select max(coalesce(i.recovered_at, i.closed_at)) as ended
      from addresses a
      join incident_addresses ia on ia.address_id = a.id
      join incidents i on i.number = ia.incident_number
      where a.network >>= own.network and i.provider = ${provider} and i.number <> ${number}::integer
        and i.state = 'closed' and i.merged_into is null
        and coalesce(i.recovered_at, i.closed_at) <= ${openedAt}::timestamptz) before`.execute(trx);
  return rows;
}

/** The same of one network. */
export const endBefore = async (trx: Trx, cidr: string, of: Of): Promise<Date | null> =>
  (await endsBefore(trx, [cidr], of))[0]?.ended ?? null;

/** When the block before was over of the address that was refused; where it is none of these, of all of them. */
function endFor(ip: string | null, ends: EndBefore[]): Date | null {
  const named = ends.filter(({ network }) => ip !== null && covers(network, ip));
  const those = (named.length > 0 ? named : ends).map(({ ended }) => ended);
  return those.includes(null) ? null : those.reduce(earlier, null);
}

/**
 * Those that are of this block: what was refused up to the end of the block before is of that one, and stands in the
 * report alone.
 */
export function ofThisBlock(rejections: SeenRejection[], ends: EndBefore[]): SeenRejection[] {
  if (ends.every(({ ended }) => ended === null)) return rejections;
  const endOf = new Map([...new Set(rejections.map(({ ip }) => ip))].map((ip) => [ip, endFor(ip, ends)]));
  return rejections.flatMap((one) => {
    const end = endOf.get(one.ip) ?? null;
    return end === null ? [one] : partAfter(one, end);
  });
}
