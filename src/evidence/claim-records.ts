import ipaddr from 'ipaddr.js';
import type { ClaimFinding, EvidenceResult } from './kind.ts';
import type { Snapshot } from './snapshots.ts';

/** What a claim can rest on, in the form in which facts recorded by hand come as well. */
export type ClaimRecord = {
  claim: string;
  result: EvidenceResult;
  words: string;
  source: string;
  observedAt: Date;
  /** The address or range it is about; null: all of them. */
  address: string | null;
};

type Said = ClaimFinding & { kind: string; seenAt: Date };

const saidBy = (snapshot: Snapshot): Said[] =>
  snapshot.claims.map((finding) => ({ ...finding, kind: snapshot.kind, seenAt: snapshot.last_seen_at }));

const RANK: Record<EvidenceResult, number> = { contradicts: 0, unknown: 1, supports: 2 };

/** Several speak with one voice: who contradicts is heard first, then who does not know; as old as the oldest. */
function together(all: Said[], address: string | null, titles: Map<string, string>): ClaimRecord {
  const [first] = all.toSorted((a, b) => RANK[a.result] - RANK[b.result]);
  const said = first as Said;
  const words = [...new Set(all.filter(({ result }) => result === said.result).map((one) => one.words))];
  return {
    claim: said.claim,
    result: said.result,
    words: words.join('; ').slice(0, 500),
    source: `checked by Delist Desk: ${titles.get(said.kind) ?? said.kind}`,
    observedAt: new Date(Math.min(...all.map(({ seenAt }) => seenAt.getTime()))),
    address,
  };
}

const perClaim = (all: Said[]) => [...Map.groupBy(all, ({ claim, kind }) => `${kind} ${claim}`).values()];

function sizeOf(network: string): number {
  if (!network.includes('/')) return 1;
  const [address, bits] = ipaddr.parseCIDR(network);
  return 2 ** (address.toByteArray().length * 8 - bits);
}

const isIn = (address: string, network: string) => {
  const [range, bits] = ipaddr.parseCIDR(
    network.includes('/') ? network : `${network}/${network.includes(':') ? 128 : 32}`,
  );
  const one = ipaddr.parse(address);
  return one.kind() === range.kind() && one.match(range as never, bits);
};

/**
 * What snapshots say of claims about an incident's networks. A range is spoken for only when each of its addresses
 * was looked at; our domains speak together, since a letter names none of them alone.
 */
export function claimRecords(
  snapshots: Snapshot[],
  networks: string[],
  titles: Map<string, string>,
): ClaimRecord[] {
  const byAddress = snapshots.filter((one) => one.address !== null);
  const ofDomains = perClaim(snapshots.filter((one) => one.domain !== null).flatMap(saidBy)).map((all) =>
    together(all, null, titles),
  );
  const ofNetworks = networks.flatMap((network) => {
    const inside = byAddress.filter((one) => isIn(one.address ?? '', network));
    return perClaim(inside.flatMap(saidBy)).flatMap((all) =>
      all.length >= sizeOf(network) || all.some(({ result }) => result === 'contradicts')
        ? [together(all, network, titles)]
        : [],
    );
  });
  return [...ofDomains, ...ofNetworks];
}
