import type { Ask } from '../dns/answer.ts';
import type { Get } from '../outside/get.ts';
import type { Catalogue } from '../providers/catalogue.ts';

/**
 * A kind of evidence is one file with one `Kind`: what it looks at, and what it found in words, rows and claims.
 * Pages, command line, comparison and letters show every kind in the same way.
 */

/** `good` and `bad` speak for and against us; `note`: neither; `unknown`: it could not be found out. */
export type Outcome = 'good' | 'bad' | 'note' | 'unknown';

/** One row of what was found. Two snapshots are compared row by row, by key. */
export type Fact = {
  /** Names the row within its kind, the same in every snapshot: `zen.spamhaus.org`. */
  key: string;
  label: string;
  outcome: Outcome;
  words: string;
  /** Where to see more or to ask, as an https URL. */
  link?: string;
};

/** What evidence says of a claim. */
export type EvidenceResult = 'supports' | 'contradicts' | 'unknown';

/**
 * A value inside a phrase, worded by the language of the letter. `day` is ISO 8601, as is `time`; `percent` is the
 * number as its source gives it, so that nothing is rounded on the way; a `list` is of names.
 */
export type PhraseValue =
  | string
  | number
  | { day: string }
  | { time: string }
  | { percent: string }
  | { list: string[] };
/** What was found, as a key of `letters/wording` with its values: a letter says it in its own language. */
export type Phrase = { key: string; values: Record<string, PhraseValue> };

/**
 * What the finding says of a letter's claim (keys of `letters/claims/claims.json`). The words are for our pages; a finding
 * that supports a claim has a phrase for letters. Snapshots of older releases have none.
 */
export type ClaimFinding = { claim: string; result: EvidenceResult; words: string; phrase?: Phrase };

export type Found = {
  outcome: Outcome;
  /** One line for a badge and for the timeline: `on none of 41 lists, 2 unknown`. */
  summary: string;
  facts: Fact[];
  claims: ClaimFinding[];
  /** The answers as they came, as JSON: question → answer. */
  raw: Record<string, unknown>;
};

/** An address of ours with what belongs to it. */
export type AddressSubject = {
  /** One IPv4 or IPv6 address, in the usual text form. */
  address: string;
  /** The name that the server gives in HELO; empty where nobody said. */
  helo: string;
  /** Domains that send from it. */
  domains: string[];
};
export type DomainSubject = {
  domain: string;
  /** DKIM selectors in use (RFC 6376 § 3.1). */
  selectors: string[];
};

/** What a kind may use of the world. */
export type World = {
  ask: Ask;
  catalogue: Catalogue;
  now: Date;
  /** Zones of DNS lists that our key is known for; it goes with the question, and nobody here sees it. */
  keyed?: ReadonlySet<string>;
  /** Fetches a file over HTTPS from addresses that it allows; left out where nothing is fetched. */
  get?: { get: Get; allows: (address: string) => boolean };
};

type Looks<Of extends string, Subject> = {
  key: string;
  title: string;
  of: Of;
  /** Takes its own time-outs as answers; throws only for faults of ours. */
  look(subject: Subject, world: World): Promise<Found>;
};
export type AddressKind = Looks<'address', AddressSubject>;
export type DomainKind = Looks<'domain', DomainSubject>;
export type Kind = AddressKind | DomainKind;

/** Bad news first, then what could not be found out. */
const URGENCY: Record<Outcome, number> = { bad: 0, unknown: 1, note: 2, good: 3 };
export const worstFirst = (a: { outcome: Outcome }, b: { outcome: Outcome }): number =>
  URGENCY[a.outcome] - URGENCY[b.outcome];

/** What the rows add up to: one bad row is bad; unknown ones leave it unknown unless something is bad; then good. */
export function outcomeOf(facts: Pick<Fact, 'outcome'>[]): Outcome {
  for (const outcome of ['bad', 'unknown', 'good'] as const)
    if (facts.some((fact) => fact.outcome === outcome)) return outcome;
  return 'note';
}
