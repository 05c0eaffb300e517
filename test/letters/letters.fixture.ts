import { CLAIM_KEYS, judgeClaims } from '../../src/letters/claims/claims.ts';
import type { ClaimSources, EvidenceRecord } from '../../src/letters/claims/claims-from-facts.ts';
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

/** What an incident has before anything is asked. */
const UNTOUCHED = {
  state: 'open',
  openedAt: hoursAgo(2),
  firstAnswerAt: null,
  mitigatedAt: null,
  recoveredAt: null,
  recipients: 0,
} as const;
export const incidentWith = (changes: Partial<LetterFacts['incident']>): LetterFacts['incident'] => ({
  number: 41,
  beganAt: changes.firstRejectionAt ?? null,
  firstRejectionAt: null,
  liftedBefore: null,
  lastRejectionAt: null,
  rejectionCount: 0,
  affected: '',
  temporary: false,
  ...UNTOUCHED,
  ...changes,
});

/** All that is known beside the incident, for the letters that tell it. */
const COURSE = {
  requests: [],
  questions: [],
  volumeWeeks: [],
  traffic: null,
  addressRows: [],
  warmUp: null,
  earlier: [],
  usual: null,
  list: null,
} satisfies Partial<LetterFacts>;

export function factsWith(changes: Partial<LetterFacts> = {}): LetterFacts {
  return {
    providerName: 'Outlook.com',
    usedByOthers: false,
    addresses: ['203.0.113.7'],
    hostnames: ['web-3.harbour.example.com'],
    refusal: { text: REFUSAL, at: hoursAgo(2.2), codes: '550 5.7.1 S3150' },
    blockCode: 'S3150',
    recipientDomains: ['outlook.com', 'hotmail.com', 'live.com'],
    ticketReference: 'SRX1790000001ID',
    lastLetter: { at: hoursAgo(24), round: 'first' },
    lastReply: { at: hoursAgo(22), verdict: 'denied', quote: '203.0.113.7 does not qualify for mitigation.' },
    incident: incidentWith({
      firstRejectionAt: new Date('2026-03-10T05:52:07Z'),
      lastRejectionAt: hoursAgo(2.2),
      rejectionCount: 284,
      affected: 'two shops',
      state: 'action-needed',
      openedAt: new Date('2026-03-10T06:10:00Z'),
      firstAnswerAt: hoursAgo(22),
      recipients: 12,
    }),
    ...COURSE,
    requests: [
      {
        at: hoursAgo(24),
        round: 'first',
        reference: 'SRX1790000001ID',
        by: 'Ada',
        answer: {
          at: hoursAgo(22),
          verdict: 'denied',
          quote: '203.0.113.7 does not qualify for mitigation.',
        },
      },
    ],
    addressRows: [
      {
        address: '203.0.113.7',
        hostname: 'web-3.harbour.example.com',
        use: 'order mail',
        listed: false,
        perDay: 1100,
      },
    ],
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
    incident: incidentWith({
      firstRejectionAt: hoursAgo(2.2),
      lastRejectionAt: hoursAgo(2.2),
      rejectionCount: 1,
    }),
    requests: [],
    addressRows: [{ address: '203.0.113.7', hostname: '', use: '', listed: null, perDay: null }],
    ...changes,
  });

export const PLAN = {
  startsAt: new Date('2026-03-16T00:00:00Z'),
  movedFrom: '198.51.100.20',
  weeks: [50, 200, 800, 1100].map((daily, index) => ({ week: index + 1, daily: String(daily) })),
};
/** With what only some letters cannot do without. */
export const knownFacts = (changes: Partial<LetterFacts> = {}) =>
  factsWith({ warmUp: PLAN, list: { name: 'SORBS', ended: '2024-06' }, ...changes });

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

/** The worlds in which every letter is tried. */
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
  'a long course': {
    facts: knownFacts({
      profile: fullProfile,
      lastReply: {
        at: hoursAgo(22),
        verdict: 'needs-information',
        quote: 'We see irregular traffic from this address.',
      },
      questions: ['Who operates the server?', 'Please describe the mail that it sends.'],
      volumeWeeks: [0, 1, 2, 3].map((week) => ({
        from: new Date(Date.UTC(2026, 1, 11 + 7 * week)),
        to: new Date(Date.UTC(2026, 1, 17 + 7 * week)),
        least: 940,
        most: 1210 + week,
      })),
      traffic: { accepted: 6120, refused: 1404 },
      requests: [
        { at: hoursAgo(72), round: 'first', reference: 'SRX1790000001ID', by: 'Ada', answer: null },
        {
          at: hoursAgo(24),
          round: 'second-review',
          reference: '',
          by: '',
          answer: { at: hoursAgo(22), verdict: 'denied', quote: '' },
        },
      ],
      earlier: [
        { number: 12, at: hoursAgo(24 * 90), liftedAt: hoursAgo(24 * 86) },
        { number: 9, at: hoursAgo(24 * 200), liftedAt: null },
      ],
      usual: { count: 23, median: 3 * 86_400_000, most: 11 * 86_400_000 },
    }),
    sources: sourcesWith({
      profile: fullProfile,
      evidence: ['spf-pass', 'fix-date', 'ip-controlled'].map((key) => record(key)),
    }),
  },
  'refused again after it was lifted, by a list': {
    facts: factsWith({
      usedByOthers: true,
      incident: incidentWith({
        beganAt: hoursAgo(240),
        liftedBefore: hoursAgo(120),
        firstRejectionAt: hoursAgo(6),
        lastRejectionAt: hoursAgo(2.2),
        rejectionCount: 31,
      }),
    }),
    sources: sourcesWith({ evidence: ['compromise-fixed', 'no-compromise-found'].map((key) => record(key)) }),
  },
  'delivered again': {
    facts: factsWith({
      incident: incidentWith({
        firstRejectionAt: hoursAgo(60),
        lastRejectionAt: hoursAgo(30),
        state: 'recovered',
        mitigatedAt: hoursAgo(28),
        recoveredAt: hoursAgo(20),
        rejectionCount: 1,
      }),
    }),
    sources: sourcesWith(),
  },
  'several addresses, deferred': {
    facts: factsWith({
      profile: fullProfile,
      addresses: ['203.0.113.7', '203.0.113.8', '203.0.113.16/28', '2001:db8::7'],
      incident: incidentWith({
        firstRejectionAt: hoursAgo(30),
        lastRejectionAt: hoursAgo(2.2),
        rejectionCount: 284,
        temporary: true,
        state: 'mitigated',
        mitigatedAt: hoursAgo(22),
      }),
      addressRows: ['203.0.113.7', '203.0.113.8', '203.0.113.16/28', '2001:db8::7'].map((address, index) => ({
        address,
        hostname: index % 2 ? '' : `out-${index}.harbour.example.com`,
        use: index ? 'order mail' : '',
        listed: [true, false, null][index] ?? null,
        perDay: index ? 420 * index : null,
      })),
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
