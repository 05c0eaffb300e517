import type { Profile } from '../profile/profile.ts';
import type { Verdict } from '../providers/schema.ts';

/**
 * What a letter can say. Plain values only: nothing of it is ever compiled, so text that people or
 * providers wrote stays text.
 */
export type LetterFacts = {
  providerName: string;
  /** As written, single addresses and CIDR ranges. */
  addresses: string[];
  hostnames: string[];
  /** The newest refusal, on one line as it was said. */
  refusal: { text: string; at: Date | null; codes: string; recordedAt?: Date } | null;
  blockCode: string;
  recipientDomains: string[];
  ticketReference: string;
  lastLetter: { at: Date; round: string } | null;
  lastReply: { at: Date; verdict: Verdict; quote: string } | null;
  incident: {
    number: number;
    firstRejectionAt: Date | null;
    lastRejectionAt: Date | null;
    rejectionCount: number;
    affected: string;
    temporary: boolean;
  };
  profile: Profile;
  now: Date;
};

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
} as const satisfies Record<string, { label: string; where: 'profile' | 'incident'; gap: string }>;
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
};

export type Missing = { key: Need; label: string; where: 'profile' | 'incident' };

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
