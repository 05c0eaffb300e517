import { sql } from 'kysely';
import type { Trx } from '../../database/open.ts';
import { type SeenRejection, span } from './rejections.ts';

/** An incident that is there, or one that is about to be logged. */
type Of = { provider: string; cidrs: string[]; openedAt: Date; number?: number };

/** When the provider’s last block of these addresses was over that an incident before this one tells of; null: none does. */
export async function endBefore(
  trx: Trx,
  { provider, cidrs, openedAt, number = 0 }: Of,
): Promise<Date | null> {
  const { rows } = await sql<{ ended: Date | null }>`
    select max(coalesce(i.recovered_at, i.closed_at)) as ended
    from unnest(${sql.val(cidrs)}::cidr[]) as own (network)
    join addresses a on a.network >>= own.network
    join incident_addresses ia on ia.address_id = a.id
    join incidents i on i.number = ia.incident_number
    where i.provider = ${provider} and i.number <> ${number}::integer
      and i.state = 'closed' and i.merged_into is null
      and coalesce(i.recovered_at, i.closed_at) <= ${openedAt}::timestamptz`.execute(trx);
  return rows[0]?.ended ?? null;
}

/**
 * The first and the last time of those that are of this block: what was refused up to the end of the block before is
 * of that one, and stands in the report alone. Of several alike the first and the last time are known, so the last one
 * counts where the first is older.
 */
export function spanAfter(rejections: SeenRejection[], end: Date | null): ReturnType<typeof span> {
  if (end === null) return span(rejections);
  const isAfter = (at: string | null) => at !== null && new Date(at) > end;
  return span(
    rejections.flatMap((one) =>
      isAfter(one.at) ? [one] : isAfter(one.lastAt) ? [{ ...one, at: one.lastAt }] : [],
    ),
  );
}
