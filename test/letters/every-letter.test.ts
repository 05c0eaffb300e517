import { readFileSync } from 'node:fs';
import t from 'tap';
import { judgeClaims } from '../../src/letters/claims/claims.ts';
import { gap, type LetterFacts, NEEDS } from '../../src/letters/facts.ts';
import { judgeLetter } from '../../src/letters/gate/judge.ts';
import { letterList, letterTime } from '../../src/letters/language.ts';
import { isToDesk, lengthOf, mostWords } from '../../src/letters/rounds.ts';
import { type LetterTemplate, loadTemplates } from '../../src/letters/templates.ts';
import { gateFacts } from './gate/gate.fixture.ts';
import {
  bareFacts,
  draftIn,
  factsWith,
  fullProfile,
  hoursAgo,
  minimalProfile,
  PLAN,
  REFUSAL,
  record,
  sourcesWith,
  WORLDS,
} from './letters.fixture.ts';

const templates = loadTemplates();
const named = (template: LetterTemplate) => `${template.key} ${template.language}`;

/** The facts with those that the template cannot do without; what only its text can hold stays a gap. */
const enough = (template: LetterTemplate, facts: LetterFacts): LetterFacts => ({
  ...facts,
  ticketReference:
    facts.ticketReference || (template.needs.includes('ticket-reference') ? 'SRX1790000001ID' : ''),
  warmUp: facts.warmUp ?? (template.needs.includes('warm-up-plan') ? PLAN : null),
  list: facts.list ?? (template.needs.includes('dead-list') ? { name: 'SORBS', ended: '2024-06' } : null),
});
const withoutGaps = (template: LetterTemplate, text: string) =>
  template.needs
    .filter((need) => NEEDS[need].where === 'letter')
    .reduce((rest, need) => rest.replaceAll(gap(need), 'filled in by hand'), text);
const CLOSINGS = new Map(
  [...new Set(templates.map(({ language }) => language))].map((language) => {
    const part = new URL(`../../views/letters/_signature.${language}.hbs`, import.meta.url);
    return [language, readFileSync(part, 'utf8').split('\n')[0]];
  }),
);
/** The letter before its closing line and signature; a notice has none. */
const withoutSignature = ({ language }: LetterTemplate, body: string) =>
  body.split(`\n\n${CLOSINGS.get(language)}\n`)[0] ?? '';

/** What must never be seen in a letter, whatever is known. */
const SPOILED: [string, RegExp][] = [
  ['undefined', /\b(?:undefined|null|NaN)\b|Invalid Date/],
  ['an object', /\[object|function \w*\(/],
  ['a brace', /\{\{|\}\}/],
  ['a double blank', /\S {2,}\S/],
  ['a double empty line', /\n\n\n/],
  ['a blank before punctuation', / [.,;:]/],
  ['double punctuation', /[.,;:][ \u00a0]?[.,;]|\(\)|“”|«\s?»/],
  ['an empty bullet', /^–\s*\.?$/m],
  ['a bullet that ends in a colon', /^– .*:\s*\.?$/m],
  ['a blank at the end of a line', /[ \t]$/m],
  ['a gap', /\[[^\]\d][^\]]*\]/],
];

t.test('every letter reads well in every world', async (t) => {
  for (const template of templates) {
    for (const [world, { facts, sources }] of Object.entries(WORLDS)) {
      const { subject, body, missing } = draftIn(template, { facts: enough(template, facts), sources });
      const own = withoutGaps(template, `${subject}\n${body.replace(REFUSAL, 'REFUSAL')}`);
      for (const [what, pattern] of SPOILED)
        t.notMatch(own, pattern, `${named(template)}, ${world}: no ${what}`);
      t.strictSame(
        missing.filter((one) => one.where !== 'letter'),
        [],
        `${named(template)}, ${world}: nothing is missing`,
      );
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
    for (const template of templates.filter((one) => isToDesk(one.round))) {
      const one = draftIn(template, { facts: factsWith(), sources: sourcesWith() });
      t.match(one.subject, /203\.0\.113\.7/, `${named(template)}: subject`);
      const opening = one.body.replace(/^[^\n]{1,40}[,:]\n\n/, '').split('\n\n')[0] ?? '';
      t.match(opening, /203\.0\.113\.7/, `${named(template)}: first paragraph`);
      const all = draftIn(template, { facts: factsWith({ addresses: many }), sources: sourcesWith() });
      for (const address of many) t.ok(all.body.includes(address), `${named(template)}: ${address}`);
      t.match(
        all.subject,
        letterList(many, template.language, 3),
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
  for (const template of templates.filter((one) => isToDesk(one.round))) {
    for (const [world, { facts, sources }] of Object.entries(WORLDS)) {
      const own = withoutSignature(template, draftIn(template, { facts, sources }).body);
      const request = own.split('\n\n').at(-1) ?? '';
      t.notMatch(request, /\n|\(https:/, `${named(template)}, ${world}`);
    }
  }
});

t.test('times are in UTC and in the language of the letter', async (t) => {
  for (const template of templates.filter((one) => one.round === 'first')) {
    const { body } = draftIn(template, { facts: factsWith(), sources: sourcesWith() });
    t.match(body, letterTime(new Date('2026-03-10T05:52:07Z'), template.language), named(template));
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
      const audience = !isToDesk(template.round)
        ? 'others'
        : template.kind === 'block-list' || template.provider === 'spamhaus'
          ? 'block-list'
          : template.kind === 'filter-vendor'
            ? 'filter-vendor'
            : 'mailbox-provider';
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

/** Running text: without the refusal, the evidence (one fact a line), what a form asks for, and the signature. */
function wordsOf(template: LetterTemplate, body: string): number {
  const own = withoutSignature(template, body.replace(REFUSAL, ''));
  const lines = own
    .split('\n')
    .filter((line) => !/^(?:–|\d+\. [“„«]|Company:|E-mail domains?:|Affected |Contact:)/.test(line));
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
    const [full] = lengthOf(template.round);
    const longest = mostWords(template.round, template.language);
    for (const [world, given] of Object.entries({
      documented,
      undocumented: { facts: factsWith(), sources: sourcesWith() },
    })) {
      // Where nothing was looked at yet, a letter has less to say.
      const least = world === 'documented' ? full : 0.8 * full;
      const { body } = draftIn(template, { ...given, facts: enough(template, given.facts) });
      const count = wordsOf(template, body);
      t.ok(count <= longest, `${named(template)}, ${world}: ${count} words, at most ${longest}`);
      t.ok(count >= least, `${named(template)}, ${world}: ${count} words, at least ${least}`);
    }
  }
});

t.test('a letter needs and claims the same in each of its languages', async (t) => {
  for (const [key, versions] of Map.groupBy(templates, (template) => template.key)) {
    const [first] = versions;
    const same = ({ needs, claims, round, rules }: LetterTemplate) => ({
      needs: [...needs].sort(),
      claims: [...claims].sort(),
      round,
      rules,
    });
    for (const one of versions.slice(1))
      t.strictSame(same(one), same(first as LetterTemplate), `${key}: ${one.language} as ${first?.language}`);
  }
});

t.test('a desk gets at once what it asks for first', async (t) => {
  const letter = (key: string, claims: string[] = []) => {
    const template = templates.find((one) => one.key === key) as LetterTemplate;
    const evidence = claims.map((claim) => record(claim));
    const profile = { ...minimalProfile, dailyVolume: '1100', programmes: ['Signal Spam'] };
    const facts = enough(template, factsWith({ profile, blockCode: 'OFR006_103' }));
    return draftIn(template, { facts, sources: sourcesWith({ profile, evidence }) });
  };
  const orange = letter('orange-fr/first', ['named-lookups']);
  t.match(orange.subject, 'OFR006_103');
  t.match(orange.body, 'avec le code OFR006_103');
  t.match(orange.body, 'Volume d’envoi\u00a0: 1100 messages par jour.');
  t.match(orange.body, '– Abusix, Spamhaus et Cloudmark\u00a0: ');
  t.match(orange.body, '– Signal Spam\u00a0: nous en sommes membres');
  t.notMatch(letter('orange-fr/first').body, 'Cloudmark', 'what was not looked up is not said');
  const sfr = letter('sfr-fr/first', ['bounce-rate-low', 'complaint-rate-low']).body;
  t.match(sfr, '284 refus');
  t.match(sfr, '– Adresses inconnues\u00a0: 0.4%');
  t.match(sfr, '– Plaintes\u00a0: 3 of');
  t.match(letter('libero-it/first').body, `2026-03-11 06:03:00 UTC:\n${REFUSAL}\n`, 'to the second');
  t.match(letter('tim-it/hand-over').body, '– Indirizzo IP: 203.0.113.7; nome host: web-3');
});

/** What a template itself says, without what stands in it. */
const ownText = ({ key, language }: LetterTemplate) =>
  readFileSync(new URL(`../../views/letters/${key}.${language}.hbs`, import.meta.url), 'utf8')
    .replace(/^(?:needs|claims): .*$|^\w+:|\{\{.*?\}\}/gm, '')
    .replace(/https?:/g, '');

t.test('French keeps its marks of punctuation by no-break spaces, Spanish opens its questions', async (t) => {
  for (const template of templates.filter(({ language }) => language === 'fr'))
    t.notMatch(ownText(template), /(?<!\u00a0)[:;!?»]|«(?!\u00a0)/, named(template));
  for (const template of templates.filter(({ language }) => language === 'es')) {
    const text = ownText(template);
    t.equal(text.match(/¿/g)?.length, text.match(/\?/g)?.length, named(template));
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

/** Their desks read English; another language is for the few that read it as well. */
const LIST_DESKS = ['block-list', 'filter-vendor'];

t.test('whoever writes in another language can do so in every round, and to everybody', async (t) => {
  const general = templates.filter(({ kind = '' }) => kind && !LIST_DESKS.includes(kind));
  const keysIn = (wanted: string) =>
    general.filter(({ language }) => language === wanted).map(({ key }) => key);
  for (const language of new Set(general.map((template) => template.language)))
    t.strictSame(keysIn(language), keysIn('en'), language);
});
