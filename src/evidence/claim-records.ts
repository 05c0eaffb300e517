import { covers, parseNetwork } from '../addresses/address.ts';
import { sizeOf } from '../addresses/each-address.ts';
import type { Basis, EvidenceRecord } from '../letters/claims/claims-from-facts.ts';
import type { ClaimFinding, EvidenceResult } from './kind.ts';
import { placeOfKind } from './places/places.ts';
import type { Snapshot } from './snapshots.ts';

type Spoken = { record: EvidenceRecord; byHand: boolean };
/** What is known of a subject now: a snapshot, or what was worked out at this moment and has no id. */
export type Known = Pick<Snapshot, 'kind' | 'address' | 'domain' | 'claims' | 'last_seen_at'> & {
  id: number | null;
  content_hash?: Buffer;
  facts?: unknown;
};
type Said = ClaimFinding & { known: Known; about: string; kind: string; seenAt: Date };

const saidBy = (known: Known): Said[] =>
  known.claims.map((finding) => ({
    ...finding,
    known,
    about: known.address ?? known.domain ?? '',
    kind: known.kind,
    seenAt: known.last_seen_at,
  }));

const RANK: Record<EvidenceResult, number> = { contradicts: 0, unknown: 1, supports: 2 };

/** Pieces of one record that are kept in full; a claim keeps no more of all together. */
const PIECES = 20;

/** Kinds that are shown on the page of the address, newer than the last check. */
const ANCHORS: Record<string, string> = { snds: '#h-snds', complaints: '#h-compl' };
const linkOf = ({ known, kind, about }: Said) =>
  known.address !== null && ANCHORS[kind]
    ? `/addresses/${about}${ANCHORS[kind]}`
    : `/evidence/${about}${placeOfKind(kind) ? '/places' : ''}`;

const basisOf = (said: Said, source: string): Basis => ({
  about: said.about,
  result: said.result,
  words: said.words,
  source,
  observedAt: said.seenAt.toISOString(),
  link: linkOf(said),
  ...(said.known.id === null
    ? { facts: { rows: said.known.facts ?? [] } }
    : {
        snapshot: {
          id: said.known.id,
          kind: said.kind,
          sha256: said.known.content_hash?.toString('hex') ?? '',
        },
      }),
});

/** Several speak with one voice: who contradicts is heard first, then who does not know; as old as the oldest. */
function together(all: Said[], address: string | null, titles: Map<string, string>): Spoken {
  const ranked = all.toSorted((a, b) => RANK[a.result] - RANK[b.result]);
  const said = ranked[0] as Said;
  const alike = ranked.filter(({ result }) => result === said.result);
  const words = [...new Set(alike.map((one) => one.words))];
  const byHand = placeOfKind(said.kind) !== undefined;
  const source = `${byHand ? 'looked up by hand' : 'checked by Delist Desk'}: ${titles.get(said.kind) ?? said.kind}`;
  const against = alike.filter(({ result, known }) => result !== 'supports' && known.address !== null);
  const record: EvidenceRecord = {
    claim: said.claim,
    result: said.result,
    words: words.join('; ').slice(0, 500),
    source,
    observedAt: new Date(Math.min(...all.map(({ seenAt }) => seenAt.getTime()))),
    address,
    said: alike.flatMap(({ phrase, about }) => (phrase ? [{ about, phrase }] : [])),
    ...(against.length > 0 ? { against: against.map(({ about }) => about) } : {}),
    basis: ranked.slice(0, PIECES).map((one) => basisOf(one, source)),
    more: ranked.slice(PIECES).flatMap(({ known }) => known.id ?? []),
  };
  return { record, byHand };
}

const perClaim = (all: Said[]) => [...Map.groupBy(all, ({ claim, kind }) => `${kind} ${claim}`).values()];

/**
 * What people read and what programs found out, together. What a program could not find out does not take the place
 * of what a person read. What speaks against us is no older for a look elsewhere: a value of one place does not undo
 * what anything else contradicts, and what a place contradicts stands until somebody looks there again. Nor does
 * what one kind cannot tell undo what another shows.
 */
function weighed(records: Spoken[]): EvidenceRecord[] {
  const against = (spoken: Spoken[]) =>
    new Set(spoken.filter(({ record }) => record.result === 'contradicts').map(({ record }) => record.claim));
  const byAnybody = against(records);
  const byPeople = against(records.filter(({ byHand }) => byHand));
  const isRead = ({ claim, address }: EvidenceRecord) =>
    records.some(({ byHand, record }) => byHand && record.claim === claim && record.address === address);
  // A key in DNS says nothing of a signature, and takes nothing from the message that had one.
  const isShown = ({ claim, address }: EvidenceRecord) =>
    records.some(
      ({ record }) =>
        record.claim === claim &&
        record.result === 'supports' &&
        (record.address === null || address === null || record.address === address),
    );
  const counts = ({ record, byHand }: Spoken) =>
    record.result === 'contradicts' ||
    (!(byHand ? byAnybody : byPeople).has(record.claim) &&
      (byHand || record.result !== 'unknown' || !(isRead(record) || isShown(record))));
  return records.filter(counts).map(({ record }) => record);
}

/**
 * What snapshots say of claims about an incident's networks. A range is spoken for only when each of its addresses
 * was looked at; our domains speak together, since a letter names none of them alone.
 */
export function claimRecords(
  known: Known[],
  networks: string[],
  titles: Map<string, string>,
): EvidenceRecord[] {
  const byAddress = known.filter((one) => one.address !== null);
  const ofDomains = perClaim(known.filter((one) => one.domain !== null).flatMap(saidBy)).map((all) =>
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
