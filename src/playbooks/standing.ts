import { type ClaimStatus, claimText, judgeClaims } from '../letters/claims/claims.ts';
import type { EvidenceRecord } from '../letters/claims/claims-from-facts.ts';
import type { Profile } from '../profile/profile.ts';
import type { Membership } from '../profile/programmes.ts';
import { isInForce, programmeOf } from '../profile/programmes.ts';
import type { Prerequisite } from '../providers/playbook-schema.ts';

/** An address of ours and all that is known of it. */
export type OwnAddress = { text: string; jmrpSince: string | null; sndsSince: string | null };

export type Known = {
  profile: Profile;
  memberships: Membership[];
  addresses: OwnAddress[];
  /** Whether the addresses are those of open incidents of the provider; else they are all of ours. */
  fromIncidents: boolean;
  evidence: EvidenceRecord[];
};

export type Standing = {
  status: ClaimStatus | 'by-hand';
  words: string;
  /** How old the oldest fact is that it rests on. */
  at: Date | null;
  link: string;
};

/** Claims about one incident: without one there is nothing to judge. */
const OF_INCIDENTS = new Set(['fix-date', 'refusal-fresh', 'compromise-fixed', 'mutual-customers-affected']);
/** Who speaks for several: the first of these that one of them is. */
const WORST: ClaimStatus[] = ['contradicted', 'unknown', 'stale', 'supported'];
const SAYS: Record<ClaimStatus, string> = {
  supported: 'in order',
  contradicted: 'not in order',
  stale: 'too old to count',
  unknown: 'unknown',
};

type OfClaim = { claim: string; status: ClaimStatus; words: string; at: Date | null; address: string | null };

const oldest = (dates: (Date | null)[]) =>
  dates.reduce<Date | null>((a, b) => (a === null || (b !== null && b < a) ? b : a), null);

/** One claim over all addresses: the worst of them speaks, and how many are like it. */
function ofClaim(claim: string, known: Known, now: Date): OfClaim {
  const { profile, addresses, evidence } = known;
  const about = addresses.length > 0 ? addresses : [null];
  const judged = about.map((address) => {
    const sources = { profile, addresses: address ? [address] : [], rejections: [], evidence };
    const [one] = judgeClaims([claim], sources, now);
    return { address: address?.text ?? null, ...(one as NonNullable<typeof one>) };
  });
  const status = WORST.find((word) => judged.some((one) => one.status === word)) ?? 'unknown';
  const like = judged.filter((one) => one.status === status);
  const [first] = like;
  const many = addresses.length > 1 && like.length < addresses.length;
  const whose = many ? `${like.length} of ${addresses.length} addresses, such as ${first?.address}: ` : '';
  const basis = first?.evidence ?? (status === 'unknown' ? 'nobody has looked' : '');
  return {
    claim,
    status,
    words: `${claimText(claim)}: ${SAYS[status]}${basis ? ` (${whose}${basis})` : ''}`,
    at: oldest(like.map(({ observedAt }) => observedAt)),
    address: first?.address ?? null,
  };
}

function ofProgramme(key: string, { memberships }: Known, now: Date): Standing {
  const name = programmeOf(key)?.name ?? key;
  const found = memberships.find(({ programme }) => programme === key);
  const link = '/settings/programmes';
  if (!found) return { status: 'unknown', words: `${name}: no membership is on record`, at: null, link };
  const member = isInForce(found, now.toISOString().slice(0, 10));
  const words = member
    ? `${name}: member`
    : `${name}: ${found.standing === 'member' ? 'expired' : found.standing}`;
  return { status: member ? 'supported' : 'contradicted', words, at: null, link };
}

const linkTo = (address: string | null) =>
  address === null
    ? '/settings/profile'
    : address.includes('/')
      ? `/addresses/${address}`
      : `/evidence/${address}`;

/**
 * How we stand on a prerequisite. The worst of its claims speaks; where one of them is enough, the best. What nobody has
 * looked at is unknown, and what no evidence can tell is for a person to judge.
 */
export function standingOn(line: Prerequisite, known: Known, now: Date): Standing {
  if (line.programme !== undefined) return ofProgramme(line.programme, known, now);
  const claims = (line.claims ?? []).filter((claim) => known.fromIncidents || !OF_INCIDENTS.has(claim));
  if (claims.length === 0) {
    const words = line.claims ? 'to be judged once an incident is open' : 'for you to judge';
    return { status: 'by-hand', words, at: null, link: '' };
  }
  const judged = claims.map((claim) => ofClaim(claim, known, now));
  const order = line.need === 'any' ? WORST.toReversed() : WORST;
  const status = order.find((word) => judged.some((one) => one.status === word)) ?? 'unknown';
  const speaking = judged.filter((one) => one.status === status);
  return {
    status,
    words: speaking.map(({ words }) => words).join('; '),
    at: oldest(speaking.map(({ at }) => at)),
    link: linkTo(speaking[0]?.address ?? null),
  };
}
