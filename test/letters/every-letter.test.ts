import t from 'tap';
import { judgeClaims } from '../../src/letters/claims.ts';
import { judgeLetter } from '../../src/letters/gate/judge.ts';
import type { Round } from '../../src/letters/rounds.ts';
import { type LetterTemplate, loadTemplates } from '../../src/letters/templates.ts';
import { gateFacts } from './gate/gate.fixture.ts';
import {
  bareFacts,
  draftIn,
  factsWith,
  fullProfile,
  hoursAgo,
  minimalProfile,
  REFUSAL,
  record,
  sourcesWith,
  WORLDS,
} from './letters.fixture.ts';

const templates = loadTemplates();
const named = (template: LetterTemplate) => `${template.key} ${template.language}`;

/** What must never be seen in a letter, whatever is known. */
const SPOILED: [string, RegExp][] = [
  ['undefined', /undefined|null|NaN|Invalid Date/],
  ['an object', /\[object|function \w*\(/],
  ['a brace', /\{\{|\}\}/],
  ['a double blank', /\S {2,}\S/],
  ['a double empty line', /\n\n\n/],
  ['a blank before punctuation', / [.,;:]/],
  ['double punctuation', /[.,;:] ?[.,;]|\(\)|“”/],
  ['an empty bullet', /^–\s*\.?$/m],
  ['a bullet that ends in a colon', /^– .*:\s*\.?$/m],
  ['a blank at the end of a line', /[ \t]$/m],
  ['a gap', /\[[^\]\d][^\]]*\]/],
];

t.test('every letter reads well in every world', async (t) => {
  for (const template of templates) {
    for (const [world, { facts, sources }] of Object.entries(WORLDS)) {
      const needsTicket = template.needs.includes('ticket-reference');
      const known =
        needsTicket && !facts.ticketReference ? { ...facts, ticketReference: 'SRX1790000001ID' } : facts;
      const { subject, body, missing } = draftIn(template, { facts: known, sources });
      const own = `${subject}\n${body.replace(REFUSAL, 'REFUSAL')}`;
      for (const [what, pattern] of SPOILED)
        t.notMatch(own, pattern, `${named(template)}, ${world}: no ${what}`);
      t.strictSame(missing, [], `${named(template)}, ${world}: nothing is missing`);
      t.notMatch(subject, /[\r\n]/);
      t.ok(body.endsWith('\n') && !body.startsWith('\n'));
    }
  }
});

t.test('with name, website, contact and one sending domain every first request can be sent', async (t) => {
  const facts = bareFacts({ profile: minimalProfile });
  const firsts = templates.filter((template) => template.round === 'first');
  t.ok(firsts.length >= 12);
  for (const template of firsts) {
    const { missing, claims } = draftIn(template, { facts, sources: sourcesWith() });
    t.strictSame(missing, [], named(template));
    t.notOk(
      claims.some((claim) => claim.status === 'contradicted'),
      named(template),
    );
  }
});

t.test(
  'a letter to a desk names every address in its subject or says how many more, and all of them at once',
  async (t) => {
    const many = Array.from({ length: 14 }, (_, index) => `203.0.113.${index + 1}`);
    for (const template of templates.filter((one) => one.kind !== 'customers')) {
      const one = draftIn(template, { facts: factsWith(), sources: sourcesWith() });
      t.match(one.subject, /203\.0\.113\.7/, `${named(template)}: subject`);
      const opening = one.body.replace(/^[^\n]{1,40},\n\n/, '').split('\n\n')[0] ?? '';
      t.match(opening, /203\.0\.113\.7/, `${named(template)}: first paragraph`);
      const all = draftIn(template, { facts: factsWith({ addresses: many }), sources: sourcesWith() });
      for (const address of many) t.ok(all.body.includes(address), `${named(template)}: ${address}`);
      t.match(
        all.subject,
        /203\.0\.113\.1, .*11 (?:more|weitere)/,
        `${named(template)}: subject counts the rest`,
      );
    }
  },
);

t.test('the refusal stands in the letter as it was said', async (t) => {
  for (const template of templates.filter((one) => one.needs.includes('refusal'))) {
    t.ok(
      draftIn(template, { facts: factsWith(), sources: sourcesWith() }).body.includes(`\n${REFUSAL}\n`),
      named(template),
    );
  }
});

t.test('the request is a paragraph of its own at the end', async (t) => {
  for (const template of templates.filter((one) => one.kind !== 'customers')) {
    for (const [world, { facts, sources }] of Object.entries(WORLDS)) {
      const [own = ''] = draftIn(template, { facts, sources }).body.split(
        /\n\n(?:Kind regards|Mit freundlichen Grüßen)\n/,
      );
      const request = own.split('\n\n').at(-1) ?? '';
      t.notMatch(request, /\n|\(https:/, `${named(template)}, ${world}`);
    }
  }
});

t.test('times are in UTC and in the language of the letter', async (t) => {
  for (const template of templates.filter((one) => one.round === 'first')) {
    const { body } = draftIn(template, { facts: factsWith(), sources: sourcesWith() });
    t.match(
      body,
      template.language === 'de' ? '10. März 2026, 05:52 Uhr (UTC)' : '10 March 2026, 05:52 UTC',
      named(template),
    );
  }
});

t.test('a claim is stated only while it is supported', async (t) => {
  const facts = factsWith({ profile: fullProfile });
  for (const template of templates) {
    for (const key of template.claims) {
      const evidence = [record(key, { words: 'seen with our own eyes' })];
      const before = draftIn(template, { facts, sources: sourcesWith({ rejections: [] }) });
      const supported = draftIn(template, { facts, sources: sourcesWith({ evidence, rejections: [] }) });
      const stated = supported.claims.find((claim) => claim.key === key)?.stated;
      if (stated === 'fact') t.not(supported.body, before.body, `${named(template)}: ${key} shows`);
      for (const changes of [
        { result: 'contradicts' },
        { result: 'unknown' },
        { observedAt: hoursAgo(24 * 400) },
      ] as const) {
        const judged = draftIn(template, {
          facts,
          sources: sourcesWith({ evidence: [record(key, { words: 'seen with our own eyes', ...changes })] }),
        });
        const claim = judged.claims.find((one) => one.key === key);
        if (claim?.status === 'supported') continue;
        t.not(claim?.stated, 'fact', `${named(template)}: ${key} with ${JSON.stringify(changes)}`);
        t.notMatch(
          judged.body,
          /seen with our own eyes/,
          `${named(template)}: ${key} leaves no word of its evidence`,
        );
      }
    }
  }
});

t.test('what is not shown yet is promised for a day, or left out', async (t) => {
  const first = templates.find((template) => template.key === 'outlook-com/first');
  t.ok(first);
  if (!first) return;
  const unknown = draftIn(first, { facts: factsWith(), sources: sourcesWith() });
  t.match(
    unknown.body,
    'We are checking SPF, DKIM and DMARC for this mail, and will correct any fault by 18 March 2026.',
  );
  t.match(unknown.body, 'We will complete our enrolment in JMRP and SNDS by 18 March 2026.');
  t.notMatch(unknown.body, /Checked before writing|Sender Score/);
  const some = draftIn(first, {
    facts: factsWith(),
    sources: sourcesWith({ evidence: [record('spf-pass'), record('dkim-pass', { result: 'contradicts' })] }),
  });
  t.match(some.body, '– SPF passes for our mail (11 March 2026).');
  t.match(some.body, 'We are checking DMARC for this mail');
  t.strictSame(
    some.claims.filter((claim) => claim.stated).map((claim) => [claim.key, claim.stated]),
    [
      ['spf-pass', 'fact'],
      ['dmarc-policy', 'intent'],
      ['jmrp-enrolled', 'intent'],
      ['snds-access', 'intent'],
    ],
  );
});

t.test('nothing is said to be still refused, or accepted again, without a sign of it', async (t) => {
  const byKey = (key: string) =>
    templates.filter((template) => template.key === key && template.language === 'en')[0] as LetterTemplate;
  const old = sourcesWith({
    rejections: [{ at: hoursAgo(60), recordedAt: hoursAgo(60), recipient: null, recipientDomain: null }],
  });
  for (const key of [
    'outlook-com/second-review',
    'mailbox-provider/second-review',
    'mailbox-provider/followup-silence',
    'outlook-com/followup-silence',
  ]) {
    t.match(
      draftIn(byKey(key), { facts: factsWith(), sources: sourcesWith() }).body,
      'Mail is still refused:',
      key,
    );
    t.notMatch(draftIn(byKey(key), { facts: factsWith(), sources: old }).body, 'still refused', key);
  }
  for (const key of ['outlook-com/thanks', 'mailbox-provider/thanks', 'outlook-com/ask-cause']) {
    t.notMatch(
      draftIn(byKey(key), { facts: factsWith(), sources: sourcesWith() }).body,
      'accepted again',
      key,
    );
    t.match(
      draftIn(byKey(key), {
        facts: factsWith(),
        sources: sourcesWith({ evidence: [record('accepted-again')] }),
      }).body,
      'accepted again',
      key,
    );
  }
});

t.test('a list operator is not told what other lists say', async (t) => {
  for (const template of templates.filter(
    (one) => one.kind === 'block-list' || one.provider === 'spamhaus',
  )) {
    t.notOk(
      template.claims.includes('no-public-listing') || template.claims.includes('deliveries-elsewhere-fine'),
      named(template),
    );
  }
});

t.test('every letter passes the gate', async (t) => {
  for (const template of templates) {
    for (const [world, { facts, sources }] of Object.entries(WORLDS)) {
      const { subject, body, claims } = draftIn(template, { facts, sources });
      const audience =
        template.kind ?? (template.provider === 'spamhaus' ? 'block-list' : 'mailbox-provider');
      const { findings } = judgeLetter(
        { subject, body, base: `${subject}\n${body}`, language: template.language, round: template.round },
        gateFacts({ letter: facts, claims, audience, showsRefusal: template.needs.includes('refusal') }),
      );
      // What the facts of a world are, its letter cannot help.
      const ofText = findings.filter(
        ({ key, level }) => level !== 'good' && !/^(?:cause|outside|nothing|not)-/.test(key),
      );
      t.strictSame(
        ofText.map(({ key, title }) => `${key} ${title}`),
        [],
        `${named(template)}, ${world}`,
      );
    }
  }
});

/** Words of a letter to a desk, by round: the most that is read, and what it takes to be complete. */
const RANGE: Record<Round, [number, number]> = {
  first: [90, 150],
  'followup-silence': [40, 70],
  'second-review': [120, 180],
  escalation: [120, 200],
  'answer-info': [20, 250],
  'ask-cause': [60, 100],
  'pre-emptive': [100, 160],
  range: [120, 180],
  thanks: [20, 40],
  notice: [60, 150],
};

/** Running text: without the refusal, the evidence (one fact a line), what a form asks for, and the signature. */
function wordsOf(body: string): number {
  const [own = ''] = body.replace(REFUSAL, '').split(/\n(?:Kind regards|Mit freundlichen Grüßen)\n/);
  const lines = own
    .split('\n')
    .filter((line) => !/^(?:–|Company:|E-mail domains?:|Affected |Contact:)/.test(line));
  return lines
    .join(' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

t.test('every letter keeps to the length of its round', async (t) => {
  const evidence = [
    'no-public-listing',
    'fcrdns-ok',
    'snds-green',
    'complaint-rate-low',
    'no-compromise-found',
    'fix-date',
    'new-ip-warmup',
    'deliveries-elsewhere-fine',
  ].map((key) => record(key));
  const documented = {
    facts: factsWith({ profile: { ...fullProfile, optIn: '' } }),
    sources: sourcesWith({ profile: fullProfile, evidence }),
  };
  for (const template of templates) {
    const [full, most] = RANGE[template.round];
    for (const [world, given] of Object.entries({
      documented,
      undocumented: { facts: factsWith(), sources: sourcesWith() },
    })) {
      // Where nothing was looked at yet, a letter has less to say.
      const least = world === 'documented' ? full : 0.8 * full;
      const count = wordsOf(draftIn(template, given).body);
      t.ok(count <= most, `${named(template)}, ${world}: ${count} words, at most ${most}`);
      t.ok(count >= least, `${named(template)}, ${world}: ${count} words, at least ${least}`);
    }
  }
});

t.test('judging the claims of a template twice gives the same letter', async (t) => {
  for (const template of templates) {
    const { facts, sources } = WORLDS['all supported'] as (typeof WORLDS)[string];
    const claims = judgeClaims(template.claims, sources, facts.now);
    t.strictSame(claims, judgeClaims(template.claims, sources, facts.now));
    t.strictSame(draftIn(template, { facts, sources }), draftIn(template, { facts, sources }));
  }
});
