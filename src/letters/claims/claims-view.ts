import { type EarlierAnswer, earlierAnswer } from '../earlier-answer.ts';
import { kindsToCheck, type Way, waysFor } from './claim-help.ts';
import { type Claim, isOnlyAnAdvantage } from './claims.ts';
import type { Basis } from './claims-from-facts.ts';

/** Claims as the composer and a sent letter show them: what holds, on what it rests, and what to do where it does not. */

const MARKS = {
  supported: { is: 'good', icon: 'e-good' },
  contradicted: { is: 'bad', icon: 'e-bad' },
  stale: { is: 'warn', icon: 'e-warn' },
  unknown: { is: '', icon: 'e-unknown' },
} as const;
const ORDER = { contradicted: 0, supported: 1, stale: 2, unknown: 3 } as const;

/** Addresses that are named before they are only counted. */
const NAMED = 5;
const SHOWN_PIECES = 20;

/** A claim as it was stored with a letter, also by an older release, which kept less of it. */
export type StoredClaim = Omit<Claim, 'observedAt' | 'said' | 'basis' | 'more' | 'fails'> & {
  observedAt: Date | string | null;
} & Partial<Pick<Claim, 'said' | 'basis' | 'more' | 'fails'>>;

export type ClaimsInput = {
  incident: number;
  letter: number;
  claims: StoredClaim[];
  /** As the claims were when the text was written; a sentence of then may stand in it still. */
  written: StoredClaim[];
  overrides: { kind: string; key: string; reason: string; by_name: string }[];
  /** What other letters of the incident were sent in spite of. */
  earlier: EarlierAnswer[];
  isSent: boolean;
  addresses: string[];
  domains: string[];
  /** The newest look at the evidence of the incident. */
  check: { parts: number; parts_done: number; finished_at: Date | null } | undefined;
};

const isWritten = (claim: Pick<StoredClaim, 'key'>, written: StoredClaim[]): boolean =>
  written.some(({ key, stated }) => key === claim.key && stated === 'fact');

/** Whether a contradicted claim keeps the letter from being sent: it has to be put right, or the text states it. */
export const isInTheWay = (claim: Pick<StoredClaim, 'key' | 'status'>, written: StoredClaim[]): boolean =>
  claim.status === 'contradicted' && (!isOnlyAnAdvantage(claim.key) || isWritten(claim, written));

/** What became of a claim that could not be stated as a fact. */
function leftOut(claim: StoredClaim): string {
  if (claim.stated === 'intent') return 'worded as what we will do';
  if (claim.status === 'contradicted') return 'left out of the letter, as it does not hold';
  return claim.whenUnknown === 'warn' ? 'left out; this desk usually wants it' : 'left out of the letter';
}

function failsWords(fails: string[]): string {
  const rest = fails.length - NAMED;
  return rest > 0 ? `${fails.slice(0, NAMED).join(', ')} and ${rest} more` : fails.join(', ');
}

/** A sent letter leads to what was seen then; a draft to what is known of it now. */
const pieceView = (piece: Basis, isSent: boolean) => ({
  about: piece.about,
  words: piece.words,
  source: piece.source,
  observedAt: piece.observedAt === null ? null : new Date(piece.observedAt),
  link: isSent ? (piece.snapshot ? `/snapshots/${piece.snapshot.id}` : '') : piece.link,
});

function wordOf(claim: StoredClaim, isOverridden: boolean, inTheWay: boolean): string {
  if (claim.status === 'unknown') return 'Unknown.';
  if (claim.status === 'stale') return 'Too old to be sent.';
  if (claim.status === 'supported') return '';
  return isOverridden ? 'Overridden.' : inTheWay ? 'Contradicted.' : 'Does not hold.';
}

/** Where the words that are shown come from: the pieces that say the same as the claim. */
function piecesOf(claim: StoredClaim, isSent: boolean) {
  const pieces = claim.basis ?? [];
  const all = pieces.slice(0, SHOWN_PIECES).map((piece) => pieceView(piece, isSent));
  const rest = pieces.length - all.length + (claim.more?.length ?? 0);
  return { all, rest };
}

function claimView(claim: StoredClaim, input: ClaimsInput) {
  const { isSent, overrides, written, incident, letter } = input;
  const override = overrides.find((one) => one.kind === 'claim' && one.key === claim.key);
  const inTheWay = isInTheWay(claim, written);
  const isSaid = isWritten(claim, written);
  const { all: pieces, rest } = piecesOf(claim, isSent);
  const [only] = pieces;
  const fails = claim.fails ?? [];
  const back = `/incidents/${incident}/letters/${letter}`;
  const context = { incident, back, addresses: input.addresses, domains: input.domains };
  const mark = MARKS[claim.status];
  const ways: Way[] = isSent ? [] : waysFor({ ...claim, fails } as Claim, context);
  return {
    key: claim.key,
    text: claim.text,
    ...(claim.status === 'contradicted' && !inTheWay ? MARKS.stale : mark),
    bad: inTheWay && !override,
    /** What holds decides nothing any more: its basis is a click away. */
    folds: claim.status === 'supported' && !isSent,
    known: claim.status !== 'unknown' || claim.stated !== null,
    word: wordOf(claim, override !== undefined, inTheWay),
    /** One piece stands in the line itself; of several, each has its own. */
    basis: pieces.length === 1 && only ? only.words : (claim.evidence ?? ''),
    source: pieces.length === 1 && only && only.source !== only.words ? only.source : '',
    link: pieces.length === 1 && only ? only.link : '',
    pieces: pieces.length > 1 ? pieces : [],
    rest,
    observedAt: claim.observedAt ? new Date(claim.observedAt) : null,
    left: claim.status === 'supported' || (inTheWay && isSaid) ? '' : leftOut(claim),
    isSaid,
    /** With one address there is nothing to tell apart. */
    fails:
      input.addresses.length > 1 || input.addresses.some((text) => text.includes('/'))
        ? failsWords(fails)
        : '',
    ways,
    /** Addresses that can go into an incident of their own, so that the letter holds for the others. */
    splits:
      isSent || input.addresses.length < 2 || claim.status === 'supported'
        ? []
        : fails
            .filter((text) => input.addresses.includes(text))
            .slice(0, NAMED)
            .map((text) => ({
              text,
              href: `/incidents/${incident}/split?address=${encodeURIComponent(text)}`,
            })),
    override: override ? `${override.reason} (${override.by_name})` : '',
    earlier: inTheWay && !override ? earlierAnswer(input.earlier, 'claim', claim.key, incident) : null,
  };
}

function countWords(claims: StoredClaim[]): string {
  const of = (status: Claim['status']) => claims.filter((claim) => claim.status === status).length;
  return [
    [of('supported'), 'hold'],
    [of('contradicted'), 'contradicted'],
    [of('stale'), 'too old'],
    [of('unknown'), 'unknown'],
  ]
    .filter(([n]) => n)
    .map(([n, words]) => `${n} ${words}`)
    .join(', ');
}

export function claimsView(input: ClaimsInput) {
  const { claims, check, isSent } = input;
  const views = claims
    .toSorted((a, b) => ORDER[a.status] - ORDER[b.status])
    .map((claim) => claimView(claim, input));
  const running = !isSent && check !== undefined && check.finished_at === null;
  return {
    claims: views.filter((claim) => claim.known),
    unknown: views.filter((claim) => !claim.known),
    claimCount: countWords(claims),
    blocking: views.filter((claim) => claim.bad),
    /** What keeps the letter from being sent although its text does not say it. */
    unsaid: views.filter((claim) => claim.bad && !claim.isSaid).length,
    /** Claims that a check may settle, for the button. */
    checkable: isSent ? 0 : claims.filter((claim) => kindsToCheck([claim]).length > 0).length,
    checking: running && check ? { parts: check.parts, done: check.parts_done } : null,
  };
}
