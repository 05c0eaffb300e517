import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { later } from '../incidents/incidents.ts';
import type { Flow, Placed } from './batch.ts';
import { minuteTallies } from './minutes.ts';
import { beganAt, type WatchRule } from './rules.ts';

/** When the provider's last block of this address was over that an incident before this one tells of; null: none does. */
async function endBefore(trx: Trx, row: IncidentRow, { network }: Flow): Promise<Date | null> {
  const { rows } = await sql<{ ended: Date | null }>`
    select max(coalesce(i.recovered_at, i.closed_at)) as ended
    from addresses a
    join incident_addresses ia on ia.address_id = a.id
    join incidents i on i.number = ia.incident_number
    where a.network >>= ${network.cidr}::inet and i.provider = ${row.provider} and i.number <> ${row.number}
      and i.state = 'closed' and i.merged_into is null
      and coalesce(i.recovered_at, i.closed_at) <= ${row.opened_at}::timestamptz`.execute(trx);
  return rows[0]?.ended ?? null;
}

/**
 * The refusals of a batch that are of the incident's block. A log that is read late brings its true beginning, and may
 * bring what was refused before: up to the end of the incident before, or until mail was proven to flow, it is of another
 * block. That stands in the counts of the address, and in no incident that is open.
 */
export async function ownRefusals(
  trx: Trx,
  row: IncidentRow,
  flow: Flow & { addressId: number },
  rule: WatchRule,
): Promise<Placed[]> {
  const refused = flow.rows.filter(({ outcome }) => outcome !== 'accepted');
  const known = row.first_rejection_at;
  const minutes = refused.map(({ minute }) => minute.getTime());
  const first = known ?? new Date(Math.max(...minutes));
  const oldest = new Date(Math.min(...minutes));
  if (oldest >= first) return refused;
  const from = later(await endBefore(trx, row, flow), new Date(oldest.getTime() - 1)) ?? oldest;
  const tallies = await minuteTallies(trx, flow, from, new Date(first.getTime() - 1));
  const began = beganAt(rule, tallies, { first, of: new Set(minutes) });
  return refused.filter(({ minute }) => minute >= began);
}
