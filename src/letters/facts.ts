import type { IncidentState } from '../database/tables.ts';
import type { Profile } from '../profile/profile.ts';
import type { Verdict } from '../providers/schema.ts';

/** A request to the desk that went out, and the first answer after it that says something. */
export type PastRequest = {
  at: Date;
  round: string;
  reference: string;
  /** Who sent it. */
  by: string;
  answer: { at: Date; verdict: Verdict; quote: string } | null;
};
/** Least and most deliveries of one day, of the days of that week with any. */
export type VolumeWeek = { from: Date; to: Date; least: number; most: number };
export type AddressRow = {
  address: string;
  hostname: string;
  use: string;
  /** On a public block list; null: not known. */
  listed: boolean | null;
  /** Deliveries a day to the provider, of the last week; null: not counted. */
  perDay: number | null;
};
/** A plan for a new address, as far as somebody has written it down. */
export type WarmUp = { startsAt: Date | null; movedFrom: string; weeks: { week: number; daily: string }[] };
/** How long blocks by this provider lasted here, in ms: half of them no longer than `median`, nine in ten than `most`. */
export type UsualLength = { count: number; median: number; most: number };

/**
 * What a letter can say. Plain values only: nothing of it is ever compiled, so text that people or
 * providers wrote stays text.
 */
export type LetterFacts = {
  providerName: string;
  /** It refuses no mail itself: others do, by its list or its rating. */
  usedByOthers: boolean;
  /** As written, single addresses and CIDR ranges. */
  addresses: string[];
  hostnames: string[];
  /** The newest refusal, on one line as it was said. */
  refusal: {
    text: string;
    at: Date | null;
    codes: string;
    recordedAt?: Date;
    /** Its log named no zone or year, so that `at` is a guess. */
    isGuess?: boolean;
  } | null;
  blockCode: string;
  recipientDomains: string[];
  ticketReference: string;
  lastLetter: { at: Date; round: string } | null;
  lastReply: { at: Date; verdict: Verdict; quote: string } | null;
  incident: {
    number: number;
    /** The first refusal of all. */
    beganAt: Date | null;
    /** The first refusal of the block as it stands: of one that came back, since it did. */
    firstRejectionAt: Date | null;
    /** When it was lifted before it came back; null: it never was. */
    liftedBefore: Date | null;
    lastRejectionAt: Date | null;
    rejectionCount: number;
    affected: string;
    temporary: boolean;
    state: IncidentState;
    openedAt: Date;
    firstAnswerAt: Date | null;
    mitigatedAt: Date | null;
    recoveredAt: Date | null;
    /** Different recipients in the refusals on record. */
    recipients: number;
  };
  /** Oldest first. */
  requests: PastRequest[];
  /** What their last answer wants to know. */
  questions: string[];
  /** Oldest first. */
  volumeWeeks: VolumeWeek[];
  /** Deliveries to the provider in the last seven days; null: none counted. */
  traffic: { accepted: number; refused: number } | null;
  addressRows: AddressRow[];
  warmUp: WarmUp | null;
  /** Blocks of the same addresses by this provider in the twelve months before, newest first. */
  earlier: { number: number; at: Date; liftedAt: Date | null }[];
  usual: UsualLength | null;
  /** The block list that the refusal names. `ended`: since when it is dead, empty where that is not known; null: it is alive. */
  list: { name: string; ended: string | null } | null;
  profile: Profile;
  now: Date;
};

/** Where a fact is filled in. `letter`: only in its text, because nothing else here would hold it. */
export type Place = 'profile' | 'incident' | 'evidence' | 'letter';

/** A fact that a template cannot do without, what to call it, and where it is filled in. */
export const NEEDS = {
  addresses: { label: 'the blocked address', where: 'incident', gap: 'our address' },
  refusal: { label: 'the text of a refusal', where: 'incident', gap: 'the refusal, word for word' },
  'ticket-reference': { label: 'the ticket’s reference', where: 'incident', gap: 'ticket reference' },
  name: { label: 'the organisation’s name', where: 'profile', gap: 'organisation' },
  website: { label: 'the website', where: 'profile', gap: 'website' },
  'contact-name': { label: 'the contact person', where: 'profile', gap: 'contact person' },
  'contact-email': { label: 'the contact e-mail', where: 'profile', gap: 'contact e-mail' },
  'sending-domains': { label: 'a sending domain', where: 'profile', gap: 'sending domain' },
  'dead-list': { label: 'a list that has ended', where: 'incident', gap: 'name of the list that has ended' },
  'warm-up-plan': { label: 'the plan for the new address', where: 'evidence', gap: 'messages a day' },
  'start-date': { label: 'the day on which the new address begins', where: 'evidence', gap: 'start date' },
  'moved-from': {
    label: 'the server that sent this mail before',
    where: 'evidence',
    gap: 'server that sent this mail before',
  },
  answers: { label: 'the answers to their questions', where: 'letter', gap: 'answer' },
  account: { label: 'the account or site', where: 'letter', gap: 'account or site' },
  'abuse-evidence': {
    label: 'what was sent',
    where: 'letter',
    gap: 'times, counts and a sample without its recipients',
  },
  lock: { label: 'what was locked', where: 'letter', gap: 'what was locked or limited, and when' },
  'sample-headers': {
    label: 'headers of a refused message',
    where: 'letter',
    gap: 'complete headers of a refused message',
  },
  decision: { label: 'the decision that is wanted', where: 'letter', gap: 'decision wanted, and by when' },
  prevention: {
    label: 'what prevents a repeat',
    where: 'letter',
    gap: 'what prevents a repeat, who, by when',
  },
} as const satisfies Record<string, { label: string; where: Place; gap: string }>;
export type Need = keyof typeof NEEDS;

const HELD: Record<Need, (facts: LetterFacts) => boolean> = {
  addresses: (facts) => facts.addresses.length > 0,
  refusal: (facts) => facts.refusal !== null,
  'ticket-reference': (facts) => facts.ticketReference !== '',
  name: (facts) => facts.profile.name !== '',
  website: (facts) => facts.profile.website !== '',
  'contact-name': (facts) => facts.profile.contactName !== '',
  'contact-email': (facts) => facts.profile.contactEmail !== '',
  'sending-domains': (facts) => facts.profile.sendingDomains.length > 0,
  'dead-list': (facts) => facts.list !== null && facts.list.ended !== null,
  'warm-up-plan': (facts) => (facts.warmUp?.weeks.length ?? 0) > 0,
  'start-date': (facts) => facts.warmUp?.startsAt != null,
  'moved-from': (facts) => (facts.warmUp?.movedFrom ?? '') !== '',
  answers: (facts) => facts.questions.length === 0,
  account: () => false,
  'abuse-evidence': () => false,
  lock: () => false,
  'sample-headers': () => false,
  decision: () => false,
  prevention: () => false,
};

export type Missing = { key: Need; label: string; where: Place };

const toMissing = (key: Need): Missing => ({ key, label: NEEDS[key].label, where: NEEDS[key].where });

export const missingOf = (needs: Need[], facts: LetterFacts): Missing[] =>
  needs.filter((need) => !HELD[need](facts)).map(toMissing);

/** What stands in the letter where a fact is missing: seen at once, never an empty hole. */
export const gap = (need: Need) => `[${NEEDS[need].gap}]`;

/** The gaps that a letter has. What a person filled in by hand is none; one that could be filled by now is. */
export function stillMissing({ subject, body }: { subject: string; body: string }): Missing[] {
  const text = `${subject}\n${body}`;
  return (Object.keys(NEEDS) as Need[]).filter((need) => text.includes(gap(need))).map(toMissing);
}

/**
 * Whether mail was refused after the last letter and the last answer. "Still refused" is true only then:
 * an older refusal is what they have judged already. One without a time was pasted when it was recorded.
 */
export function refusedSince({ refusal, lastLetter, lastReply }: LetterFacts): boolean {
  const at = refusal?.at ?? refusal?.recordedAt;
  return at !== undefined && [lastLetter, lastReply].every((one) => one === null || one.at < at);
}
