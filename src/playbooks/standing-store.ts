import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { claimRecords } from '../evidence/claim-records.ts';
import { kindTitles } from '../evidence/kind-titles.ts';
import { standingSnapshots } from '../evidence/snapshots.ts';
import { recordedEvidence } from '../letters/claims/recorded.ts';
import { listMemberships } from '../profile/memberships.ts';
import { getProfile } from '../profile/store.ts';
import type { Known } from './standing.ts';

/** More addresses are no summary; the page says how many were looked at. */
export const MOST_ADDRESSES = 50;
const MOST_RECORDS = 1000;

/**
 * What tells how we stand with a provider, in a fixed number of queries: its open incidents' addresses, or else all of
 * ours; what was found about them; what people recorded in those incidents.
 */
export async function readKnown(db: Db, provider: string): Promise<Known> {
  const open = db
    .selectFrom('incidents')
    .select('number')
    .where('provider', '=', provider)
    .where('state', 'in', ['open', 'awaiting-provider', 'action-needed', 'mitigated']);
  const all = db
    .selectFrom('addresses as a')
    .select(['a.network', 'a.jmrp_since', 'a.snds_since'])
    .orderBy('a.network')
    .limit(MOST_ADDRESSES);
  const blocked = await all
    .where('a.id', 'in', (eb) =>
      eb.selectFrom('incident_addresses').select('address_id').where('incident_number', 'in', open),
    )
    .execute();
  const fromIncidents = blocked.length > 0;
  const addresses = (fromIncidents ? blocked : await all.execute()).map((row) => ({
    text: networkText(row.network),
    jmrpSince: row.jmrp_since,
    sndsSince: row.snds_since,
  }));
  const profile = await getProfile(db);
  const memberships = await listMemberships(db);
  const networks = addresses.map(({ text }) => text);
  const snapshots = await standingSnapshots(db, { networks, domains: profile.sendingDomains });
  const recorded = await db
    .selectFrom('evidence as e')
    .leftJoin('addresses as a', 'a.id', 'e.address_id')
    .select(['e.claim', 'e.result', 'e.words', 'e.source', 'e.observed_at', 'a.network'])
    .where('e.incident_number', 'in', open)
    .orderBy('e.observed_at', 'desc')
    .limit(MOST_RECORDS)
    .execute();
  const evidence = [
    ...recorded.map(recordedEvidence),
    ...claimRecords(snapshots, networks, await kindTitles()),
  ];
  return { profile, memberships, addresses, fromIncidents, evidence };
}
