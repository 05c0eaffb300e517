import type { Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { later } from '../incidents/incidents.ts';
import { endBefore } from '../incidents/logging/end-before.ts';
import type { Flow, Placed } from './batch.ts';
import { minuteTallies } from './minutes.ts';
import { beganAt, type WatchRule } from './rules.ts';

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
  const { number, provider, opened_at: openedAt } = row;
  const end = await endBefore(trx, flow.network.cidr, { number, provider, openedAt });
  const from = later(end, new Date(oldest.getTime() - 1)) ?? oldest;
  const tallies = await minuteTallies(trx, flow, from, new Date(first.getTime() - 1));
  const began = beganAt(rule, tallies, { first, of: new Set(minutes) });
  return refused.filter(({ minute }) => minute >= began);
}
