import { covers, parseNetwork } from '../addresses/address.ts';
import { sizeOf } from '../addresses/each-address.ts';
import type { EvidenceRecord } from '../letters/claims-from-facts.ts';
import type { ClaimFinding, EvidenceResult } from './kind.ts';
import { placeOfKind } from './places/places.ts';
import type { Snapshot } from './snapshots.ts';

type Spoken = { record: EvidenceRecord; byHand: boolean };
type Said = ClaimFinding & { kind: string; seenAt: Date };

const saidBy = (snapshot: Snapshot): Said[] =>
  snapshot.claims.map((finding) => ({ ...finding, kind: snapshot.kind, seenAt: snapshot.last_seen_at }));

const RANK: Record<EvidenceResult, number> = { contradicts: 0, unknown: 1, supports: 2 };

/** Several speak with one voice: who contradicts is heard first, then who does not know; as old as the oldest. */
function together(all: Said[], address: string | null, titles: Map<string, string>): Spoken {
  const [first] = all.toSorted((a, b) => RANK[a.result] - RANK[b.result]);
  const said = first as Said;
  const words = [...new Set(all.filter(({ result }) => result === said.result).map((one) => one.words))];
  const byHand = placeOfKind(said.kind) !== undefined;
  const record = {
    claim: said.claim,
    result: said.result,
    words: words.join('; ').slice(0, 500),
    source: `${byHand ? 'looked up by hand' : 'checked by Delist Desk'}: ${titles.get(said.kind) ?? said.kind}`,
    observedAt: new Date(Math.min(...all.map(({ seenAt }) => seenAt.getTime()))),
    address,
  };
  return { record, byHand };
}

const perClaim = (all: Said[]) => [...Map.groupBy(all, ({ claim, kind }) => `${kind} ${claim}`).values()];

/**
 * What people read and what programs found out, together. What a program could not find out does not take the place
 * of what a person read. What speaks against us is no older for a look elsewhere: a value of one place does not undo
 * what anything else contradicts, and what a place contradicts stands until somebody looks there again.
 */
function weighed(records: Spoken[]): EvidenceRecord[] {
  const against = (spoken: Spoken[]) =>
    new Set(spoken.filter(({ record }) => record.result === 'contradicts').map(({ record }) => record.claim));
  const byAnybody = against(records);
  const byPeople = against(records.filter(({ byHand }) => byHand));
  const isRead = ({ claim, address }: EvidenceRecord) =>
    records.some(({ byHand, record }) => byHand && record.claim === claim && record.address === address);
  const counts = ({ record, byHand }: Spoken) =>
    record.result === 'contradicts' ||
    (!(byHand ? byAnybody : byPeople).has(record.claim) &&
      (byHand || record.result !== 'unknown' || !isRead(record)));
  return records.filter(counts).map(({ record }) => record);
}

/**
 * What snapshots say of claims about an incident's networks. A range is spoken for only when each of its addresses
 * was looked at; our domains speak together, since a letter names none of them alone.
 */
export function claimRecords(
  snapshots: Snapshot[],
  networks: string[],
  titles: Map<string, string>,
): EvidenceRecord[] {
  const byAddress = snapshots.filter((one) => one.address !== null);
  const ofDomains = perClaim(snapshots.filter((one) => one.domain !== null).flatMap(saidBy)).map((all) =>
    together(all, null, titles),
  );
  const ofNetworks = networks.flatMap((network) => {
    const inside = byAddress.filter((one) => covers(network, one.address ?? ''));
    return perClaim(inside.flatMap(saidBy)).flatMap((all) =>
      all.length >= sizeOf(parseNetwork(network)) || all.some(({ result }) => result === 'contradicts')
        ? [together(all, network, titles)]
        : [],
    );
  });
  return weighed([...ofDomains, ...ofNetworks]);
}
