import { readFileSync } from 'node:fs';
import t from 'tap';
import type { EvidenceRecord } from '../../src/letters/claims/claims-from-facts.ts';
import type { LetterFacts } from '../../src/letters/facts.ts';
import { loadTemplates } from '../../src/letters/templates.ts';
import { draftIn, factsWith, incidentWith, minimalProfile, record, sourcesWith } from './letters.fixture.ts';

/**
 * One web server is blocked by Outlook.com without a warning; the first request is declined, the second
 * one is granted, and the question for the cause gets a polite no. The letters of that story, word by word.
 */
const profile = {
  ...minimalProfile,
  name: 'Wren Hosting',
  website: 'https://wren.example.com',
  contactName: 'Robin Example',
  contactEmail: 'postmaster@wren.example.com',
  sendingDomains: ['shop.example.com', 'club.example.org'],
  mailKinds: 'only order confirmations, account notices and password resets',
  dailyVolume: 'about 900',
  jmrpSince: '2016-04-18',
  sndsSince: '2016-04-18',
};
const reply = (time: string, id: string) =>
  `550 5.7.1 Unfortunately, messages from [192.0.2.80] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). [MX01.example.net ${time} ${id}]`;
const at = (time: string) => new Date(`2020-05-${time}Z`);

const story = (now: Date, refusedAt: Date, changes: Partial<LetterFacts> = {}) =>
  factsWith({
    addresses: ['192.0.2.80'],
    hostnames: ['web-1.wren.example.com'],
    profile,
    now,
    refusal: {
      text: reply(refusedAt.toISOString(), '08D7F8B3C0FFEE01'),
      at: refusedAt,
      codes: '550 5.7.1 S3150',
    },
    incident: incidentWith({
      number: 1,
      firstRejectionAt: at('13T07:41:12'),
      lastRejectionAt: refusedAt,
      rejectionCount: 112,
      affected: 'a shop',
    }),
    ticketReference: '',
    lastLetter: null,
    lastReply: null,
    ...changes,
  });
const seen = (claim: string, words: string, observedAt: Date, source = 'a check'): EvidenceRecord =>
  record(claim, { words, observedAt, source });

const ROUND_1 = at('13T09:00:00');
const ROUND_2 = at('14T08:30:00');
const ROUND_3 = at('15T16:00:00');
const checked = (now: Date) => [
  seen('no-public-listing', 'none of 42 lists has it', now),
  seen('fcrdns-ok', 'web-1.wren.example.com', now),
  seen('snds-green', 'green on each of 7 days', now, 'SNDS'),
  seen('complaint-rate-low', 'no JMRP report in 30 days, of about 27,000 messages', now, 'JMRP'),
];
const sources = (rejectedAt: Date, evidence: EvidenceRecord[]) =>
  sourcesWith({
    profile,
    addresses: [{ text: '192.0.2.80', jmrpSince: null, sndsSince: null }],
    rejections: [{ at: rejectedAt, recordedAt: rejectedAt, recipient: null, recipientDomain: 'outlook.com' }],
    evidence,
  });

const LETTERS = {
  'outlook-com/first': {
    facts: story(ROUND_1, at('13T08:55:40')),
    sources: sources(at('13T08:55:40'), checked(ROUND_1)),
  },
  'outlook-com/second-review': {
    facts: story(ROUND_2, at('14T08:12:03'), {
      ticketReference: 'SRX1790000001ID',
      lastLetter: { at: ROUND_1, round: 'first' },
      lastReply: {
        at: at('13T11:20:00'),
        verdict: 'denied',
        quote: 'At this time 192.0.2.80 does not qualify for mitigation.',
      },
    }),
    sources: sources(at('14T08:12:03'), [
      ...checked(ROUND_2),
      seen('sender-score', '99 of 100', ROUND_2),
      seen(
        'no-compromise-found',
        'the queue, the sign-ins and the forms of all sites since 1 May 2020',
        ROUND_2,
      ),
      seen('deliveries-elsewhere-fine', '812 of 815 messages accepted by three in 24 hours', ROUND_2),
      seen('spf-pass', 'pass', ROUND_2),
      seen('dkim-pass', 'pass', ROUND_2),
      seen('dmarc-policy', 'p=none, aligned', ROUND_2),
    ]),
  },
  'outlook-com/ask-cause': {
    facts: story(ROUND_3, at('14T15:02:10'), {
      ticketReference: 'SRX1790000001ID',
      lastLetter: { at: ROUND_2, round: 'second-review' },
      lastReply: {
        at: at('14T15:05:00'),
        verdict: 'mitigated',
        quote: 'Mitigation is in place for the address.',
      },
    }),
    sources: sources(at('14T15:02:10'), [
      seen('accepted-again', '203 of 203 messages', ROUND_3),
      seen(
        'no-compromise-found',
        'the queue, the sign-ins and the forms of all sites since 1 May 2020',
        ROUND_2,
      ),
    ]),
  },
};

for (const [key, given] of Object.entries(LETTERS)) {
  t.test(`the story's ${key}`, async (t) => {
    const template = loadTemplates().find((one) => one.key === key);
    t.ok(template);
    if (!template) return;
    const { subject, body, missing, claims } = draftIn(template, given);
    const expected = readFileSync(
      new URL(`./expected/${key.replace('/', '-')}.txt`, import.meta.url),
      'utf8',
    );
    t.equal(`Subject: ${subject}\n\n${body}`, expected);
    t.strictSame(missing, []);
    t.notOk(claims.some((claim) => claim.status === 'contradicted'));
  });
}
