import { CLAIM_KEYS, judgeClaims } from '../../src/letters/claims.ts';
import type { ClaimSources, EvidenceRecord } from '../../src/letters/claims-from-facts.ts';
import { draftLetter } from '../../src/letters/draft.ts';
import type { LetterFacts } from '../../src/letters/facts.ts';
import type { LetterTemplate } from '../../src/letters/templates.ts';
import type { Profile } from '../../src/profile/profile.ts';

/** Everything happens around this moment. */
export const NOW = new Date('2026-03-11T08:15:00Z');
export const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);

/** The least with which every first request can be sent. */
export const minimalProfile: Profile = {
  name: 'Harbour Hosting',
  website: 'https://harbour.example.com',
  contactName: 'Jonas Weber',
  contactEmail: 'postmaster@harbour.example.com',
  contactPhone: '',
  postalAddress: '',
  replyAddress: '',
  abuseAddress: '',
  sendingDomains: ['shop.example.net'],
  mailKinds: '',
  dailyVolume: '',
  optIn: '',
  jmrpSince: null,
  sndsSince: null,
  programmes: [],
  dkimSelectors: [],
};

export const fullProfile: Profile = {
  ...minimalProfile,
  contactPhone: '+49 30 5550100',
  postalAddress: 'Harbour Hosting GmbH\nKai 7\n20457 Hamburg',
  replyAddress: 'desk@harbour.example.com',
  abuseAddress: 'abuse@harbour.example.com',
  sendingDomains: ['shop.example.net', 'tickets.example.org'],
  mailKinds: 'only order confirmations and password resets.',
  dailyVolume: 'about 1,100',
  optIn: 'a confirmation link after ordering; every newsletter page has an unsubscribe link',
  jmrpSince: '2018-05-02',
  sndsSince: '2018-05-02',
  programmes: ['Sender Certification'],
};

export const REFUSAL =
  "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). [MX01.example.net 2026-03-11T06:03:07.118Z 08DE000000000001]";

export function factsWith(changes: Partial<LetterFacts> = {}): LetterFacts {
  return {
    providerName: 'Outlook.com',
    addresses: ['203.0.113.7'],
    hostnames: ['web-3.harbour.example.com'],
    refusal: { text: REFUSAL, at: hoursAgo(2.2), codes: '550 5.7.1 S3150' },
    blockCode: 'S3150',
    recipientDomains: ['outlook.com', 'hotmail.com', 'live.com'],
    ticketReference: 'SRX1790000001ID',
    lastLetter: { at: hoursAgo(24), round: 'first' },
    lastReply: { at: hoursAgo(22), verdict: 'denied', quote: '203.0.113.7 does not qualify for mitigation.' },
    incident: {
      number: 41,
      firstRejectionAt: new Date('2026-03-10T05:52:07Z'),
      lastRejectionAt: hoursAgo(2.2),
      rejectionCount: 284,
      affected: 'two shops',
      temporary: false,
    },
    profile: minimalProfile,
    now: NOW,
    ...changes,
  };
}

/** An incident as it stands when its first request is written, with one rejection and nothing else. */
export const bareFacts = (changes: Partial<LetterFacts> = {}) =>
  factsWith({
    hostnames: [],
    ticketReference: '',
    lastLetter: null,
    lastReply: null,
    recipientDomains: ['outlook.com'],
    incident: {
      number: 41,
      firstRejectionAt: hoursAgo(2.2),
      lastRejectionAt: hoursAgo(2.2),
      rejectionCount: 1,
      affected: '',
      temporary: false,
    },
    ...changes,
  });

const FOUND: Record<string, string> = {
  'no-public-listing': 'none of 42 lists has it',
  'fcrdns-ok': 'web-3.harbour.example.com',
  'helo-ok': 'web-3.harbour.example.com',
  'jmrp-enrolled': 'since 2 May 2018',
  'snds-access': 'since 2 May 2018',
  'snds-green': 'green on 7 of 7 days',
  'complaint-rate-low': '3 of 31,000 messages in 7 days',
  'trap-hits-none': 'none in 7 days',
  'bounce-rate-low': '0.4% of 7,700 messages in 7 days',
  'sender-score': '99 of 100',
  'volume-steady': '950 to 1,200 a day for 30 days',
  'no-compromise-found': 'sign-ins, queue and sending rate since 1 March',
  'deliveries-elsewhere-fine': '99% of 4,100 accepted by three in 24 hours',
  'compromise-fixed': 'a mailbox with a guessed password was closed',
  'fix-date': 'the order form is limited to 5 messages an hour',
  'previous-owner': 'the address was given to us on 2 March 2026',
  'list-cleaned': '412 addresses removed',
  'rate-limited-outbound': '200 an hour',
  'imprint-online': 'https://harbour.example.com/imprint',
  'mutual-customers-affected': '12',
  'new-ip-warmup': '50 a day in week 1, 200 in week 2, 800 in week 3; 48 sent yesterday',
};

export const record = (claim: string, changes: Partial<EvidenceRecord> = {}): EvidenceRecord => ({
  claim,
  result: 'supports',
  words: FOUND[claim] ?? 'seen',
  source: 'a check',
  observedAt: hoursAgo(1),
  address: null,
  ...changes,
});

export const sourcesWith = (changes: Partial<ClaimSources> = {}): ClaimSources => ({
  profile: minimalProfile,
  addresses: [{ text: '203.0.113.7', jmrpSince: null, sndsSince: null }],
  rejections: [
    { at: hoursAgo(2.2), recordedAt: hoursAgo(2), recipient: null, recipientDomain: 'outlook.com' },
  ],
  evidence: [],
  ...changes,
});

/** The five worlds in which every letter is tried. */
export const WORLDS: Record<string, { facts: LetterFacts; sources: ClaimSources }> = {
  'least known': { facts: bareFacts(), sources: sourcesWith({ rejections: [] }) },
  'all supported': {
    facts: factsWith({ profile: fullProfile }),
    sources: sourcesWith({ profile: fullProfile, evidence: CLAIM_KEYS.map((key) => record(key)) }),
  },
  'all unknown': {
    facts: factsWith(),
    sources: sourcesWith({
      evidence: CLAIM_KEYS.map((key) => record(key, { result: 'unknown' })),
      rejections: [],
    }),
  },
  'all stale': {
    facts: factsWith(),
    sources: sourcesWith({
      evidence: CLAIM_KEYS.map((key) => record(key, { observedAt: hoursAgo(24 * 400) })),
      rejections: [],
    }),
  },
  'every second contradicted': {
    facts: factsWith({ profile: { ...fullProfile, mailKinds: 'newsletters and order confirmations' } }),
    sources: sourcesWith({
      profile: fullProfile,
      evidence: CLAIM_KEYS.map((key, index) =>
        record(key, { result: index % 2 ? 'contradicts' : 'supports' }),
      ),
    }),
  },
  'several addresses, deferred': {
    facts: factsWith({
      profile: fullProfile,
      addresses: ['203.0.113.7', '203.0.113.8', '203.0.113.16/28', '2001:db8::7'],
      incident: {
        number: 41,
        firstRejectionAt: hoursAgo(30),
        lastRejectionAt: hoursAgo(2.2),
        rejectionCount: 284,
        affected: '',
        temporary: true,
      },
      lastReply: { at: hoursAgo(22), verdict: 'mitigated', quote: '' },
    }),
    sources: sourcesWith({
      profile: fullProfile,
      evidence: ['spf-pass', 'accepted-again', 'fcrdns-ok'].map((key) => record(key)),
    }),
  },
};

export const draftIn = (
  template: LetterTemplate,
  { facts, sources }: { facts: LetterFacts; sources: ClaimSources },
) => draftLetter(template, facts, judgeClaims(template.claims, sources, facts.now));
