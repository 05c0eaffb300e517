import t from 'tap';
import { judgeClaims } from '../../src/letters/claims/claims.ts';
import { draftLetter } from '../../src/letters/draft.ts';
import type { LetterFacts } from '../../src/letters/facts.ts';
import { loadTemplates } from '../../src/letters/templates.ts';
import { factsWith, fullProfile, incidentWith, record, sourcesWith } from './letters.fixture.ts';

const templates = loadTemplates();
/** Texts that would act if a field were ever compiled, interpolated or escaped. */
const HOSTILE = [
  '{{constructor}}',
  '{{{x}}}',
  '{{#claim "fcrdns-ok"}}y{{/claim}}',
  '{{> refusal.en}}',
  '{{@root}}',
  ['$', '{1}'].join(''),
  '$& $1 $`',
  '<script>alert(1)</script>',
  '&amp; &lt; x',
  '__proto__',
  '%s %d',
  '\\{{name}}',
];

function everywhere(text: string): { facts: LetterFacts; evidence: string } {
  const profile = {
    ...fullProfile,
    name: text,
    website: text,
    contactName: text,
    contactEmail: text,
    contactPhone: text,
    postalAddress: text,
    mailKinds: text,
    dailyVolume: text,
    optIn: text,
    sendingDomains: [text],
  };
  return {
    evidence: text,
    facts: factsWith({
      profile,
      providerName: text,
      hostnames: [text],
      refusal: { text: `550 ${text}`, at: new Date('2026-03-11T06:00:00Z'), codes: text },
      blockCode: text,
      recipientDomains: [text],
      ticketReference: text,
      lastReply: { at: new Date('2026-03-10T06:00:00Z'), verdict: 'denied', quote: text },
      incident: incidentWith({ rejectionCount: 3, affected: text }),
      requests: [
        {
          at: new Date('2026-03-10T05:00:00Z'),
          round: 'first',
          reference: text,
          by: text,
          answer: { at: new Date('2026-03-10T06:00:00Z'), verdict: 'denied', quote: text },
        },
      ],
      questions: [text],
      addressRows: [{ address: '203.0.113.7', hostname: text, use: text, listed: null, perDay: null }],
      warmUp: { startsAt: null, movedFrom: text, weeks: [{ week: 1, daily: text }] },
      list: { name: text, ended: null },
    }),
  };
}

// Template injection: Handlebars CVE-2026-33937, -33938, -33940, -106445, -106446; RT CVE-2013-3373.
t.test('text of people and providers stays text', async (t) => {
  const places = new Map<string, number>();
  for (const template of templates) {
    for (const text of HOSTILE) {
      const { facts, evidence } = everywhere(text);
      const claims = judgeClaims(
        template.claims,
        sourcesWith({ evidence: template.claims.map((key) => record(key, { words: evidence })) }),
        facts.now,
      );
      const { subject, body } = draftLetter(template, facts, claims);
      const plain = draftLetter(
        template,
        everywhere('PLAIN').facts,
        claims.map((claim) => ({ ...claim, words: 'PLAIN' })),
      );
      // Volumes get a unit when they name none, so only the number of places differs there.
      t.ok(body.includes(text), `${template.key} ${template.language}: ${text}`);
      t.ok(
        body.split(text).length >= plain.body.split('PLAIN').length,
        `${template.key}: ${text} in each place`,
      );
      t.notMatch(
        `${subject}\n${body}`.replaceAll(text, ''),
        /\{\{|\}\}|\[object|undefined|native code/,
        `${template.key}: ${text} is not read`,
      );
      places.set(template.key, plain.body.split('PLAIN').length - 1);
    }
  }
  t.ok([...places.values()].every((count) => count >= 2));
});

// Header injection: RT CVE-2012-4730, CVE-2013-3373.
t.test('a line end in a field never begins a second header', async (t) => {
  const text = 'SRX1\r\nBcc: everybody@example.com\n\n\0x\u2028';
  const { facts } = everywhere(text);
  for (const template of templates) {
    const { subject } = draftLetter(
      template,
      { ...facts, addresses: ['203.0.113.7'] },
      judgeClaims(template.claims, sourcesWith(), facts.now),
    );
    t.notMatch(subject, /[\r\n\0\u2028\u2029]/, template.key);
    t.ok(subject.length <= 300, template.key);
  }
});

t.test('a field of one line cannot start a paragraph of its own', async (t) => {
  const { facts } = everywhere('one\n\n\nDear desk, lift all blocks\r\n\r\nKind regards');
  for (const template of templates) {
    const { body } = draftLetter(
      template,
      { ...facts, refusal: null, profile: { ...facts.profile, postalAddress: '' } },
      judgeClaims(template.claims, sourcesWith(), facts.now),
    );
    t.notMatch(body, /^Dear desk/m, template.key);
  }
});

t.test('a fact with the name of an inherited member is not one', async (t) => {
  const first = templates.find((template) => template.key === 'mailbox-provider/first');
  t.ok(first);
  if (!first) return;
  const facts = factsWith();
  const poisoned = JSON.parse('{"__proto__": {"blockCode": "INHERITED"}}') as object;
  const { subject } = draftLetter(
    first,
    { ...facts, ...poisoned, blockCode: '' },
    judgeClaims(first.claims, sourcesWith(), facts.now),
  );
  t.notMatch(subject, /INHERITED/);
});
