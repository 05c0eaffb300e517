import t from 'tap';
import type { LetterFacts } from '../../src/letters/facts.ts';
import { type LetterTemplate, loadTemplates } from '../../src/letters/templates.ts';
import {
  draftIn,
  factsWith,
  fullProfile,
  incidentWith,
  PLAN,
  record,
  sourcesWith,
} from './letters.fixture.ts';

/** What one sentence of a letter says, another one must not deny; and words agree with how many they are about. */

const templates = loadTemplates();
const one = (key: string, language = 'en') =>
  templates.find((template) => template.key === key && template.language === language) as LetterTemplate;
const english = templates.filter(({ language }) => language === 'en');
const named = (template: LetterTemplate) => `${template.key} ${template.language}`;
const known = (changes: Partial<LetterFacts> = {}) =>
  factsWith({ warmUp: PLAN, list: { name: 'SORBS', ended: '2024-06' }, ...changes });
const bodyOf = (template: LetterTemplate, facts: LetterFacts, ...claims: string[]) =>
  draftIn(template, {
    facts,
    sources: sourcesWith({ profile: facts.profile, evidence: claims.map((key) => record(key)) }),
  }).body;
const TWO = { addresses: ['203.0.113.7', '2001:db8::7'] };

t.test('after a break-in that was ended, no letter says that there was none', async (t) => {
  const none =
    /no sign of|found none|checked our side:|kein(?:en)? Hinweis|aucun signe d|(?:nessun|mostrato) segn|(?:sin|mostraron) indicios|geen aanwijz/i;
  const looked = templates.filter(({ claims }) => claims.includes('no-compromise-found'));
  t.ok(looked.length > 70, `${looked.length} letters`);
  for (const template of looked) {
    const both = bodyOf(template, known(), 'compromise-fixed', 'no-compromise-found');
    t.notMatch(both.replace(/another break-in and found none/, ''), none, named(template));
    t.notMatch(both, /Looked for a break-in/, named(template));
  }
  const spamcop = one('spamcop/first');
  t.match(
    bodyOf(spamcop, known(), 'no-compromise-found'),
    'found none, and think that the entry may be an error',
  );
  t.notMatch(bodyOf(spamcop, known(), 'fix-date', 'no-compromise-found'), /found none|cannot explain/);
  t.match(
    bodyOf(one('mailbox-provider/first'), known(), 'compromise-fixed', 'no-compromise-found'),
    '– No further sign of a break-in; checked: ',
  );
  t.match(
    bodyOf(one('mailbox-provider/first'), known(), 'no-compromise-found'),
    '– No sign of a break-in; checked: ',
  );
});

t.test('there is one cause: beside a break-in, an earlier user is told as such', async (t) => {
  const first = one('mailbox-provider/first');
  t.match(bodyOf(first, known(), 'previous-owner'), 'The cause predates our use of the address: ');
  const both = bodyOf(first, known(), 'previous-owner', 'compromise-fixed');
  t.match(both, 'The address had another user before us: ');
  t.notMatch(both, 'predates');
});

t.test('who sends order mail only does not speak of lists to unsubscribe from', async (t) => {
  const withLists = templates.filter(({ claims }) => claims.includes('one-click-unsubscribe'));
  t.ok(withLists.length >= 6);
  for (const template of withLists) {
    t.match(bodyOf(template, known()), /one-click unsubscribe|désabonnement en un clic/, named(template));
    t.notMatch(
      bodyOf(template, known({ profile: fullProfile })),
      /We will check one-click|Nous vérifierons le désabonnement en un clic/,
      named(template),
    );
  }
});

t.test('several addresses are spoken of as several', async (t) => {
  for (const template of english) {
    const claims = template.claims.filter((key) => key !== 'previous-owner');
    t.notMatch(
      bodyOf(template, known(TWO), ...claims).replaceAll(/\[[^\]]*\]/g, ''),
      /\bthe address (?:is|match|qualif)|\bour (?:own )?address\b|one of our servers to|exempt .* add it to/i,
      named(template),
    );
  }
  t.match(
    draftIn(one('mailbox-provider/pre-emptive', 'de'), { facts: known(TWO), sources: sourcesWith() }).subject,
    'Neue IP-Adressen für den Versand',
  );
});

t.test('what is only deferred was refused in no letter', async (t) => {
  const temporary = incidentWith({ ...known().incident, temporary: true });
  const facts = known({ incident: temporary, refusal: { text: '421 try later', at: null, codes: '421' } });
  for (const template of english.filter(({ round }) => round === 'hand-over' || round === 'escalation'))
    t.notMatch(bodyOf(template, facts), /refusing|refusals on record/, named(template));
  t.match(draftIn(one('proximus/first'), { facts, sources: sourcesWith() }).subject, 'deferred');
});

t.test('a list refuses no mail itself, and no notice says so', async (t) => {
  const facts = known({ usedByOthers: true, providerName: 'Spamhaus' });
  for (const template of templates.filter(({ round }) =>
    ['notice', 'status', 'account-notice'].includes(round),
  )) {
    const { subject, body } = draftIn(template, { facts, sources: sourcesWith() });
    t.notMatch(subject, 'Spamhaus', named(template));
    t.notMatch(
      body
        .split('\n\n')
        .slice(0, template.round === 'notice' ? 2 : 5)
        .join(),
      'Spamhaus',
      named(template),
    );
  }
  const { subject, body } = draftIn(one('customers/notice'), { facts, sources: sourcesWith() });
  t.equal(subject, 'Mail to some recipients: refused at the moment');
  t.match(body, 'We have asked Spamhaus to lift the block.');
  for (const language of ['en', 'de', 'fr', 'it', 'es', 'nl'])
    t.notMatch(bodyOf(one('network-owner/hand-over', language), facts), /\. \p{Ll}/u, language);
});

t.test('a status text says that a review was asked for only where it was', async (t) => {
  const asked = 'we have asked for a review';
  t.match(bodyOf(one('public/status'), known()), asked);
  t.notMatch(bodyOf(one('public/status'), known({ lastLetter: null, requests: [] })), asked);
});

t.test('what was found stands behind a colon, whatever its words are', async (t) => {
  const evidence = [
    record('jmrp-enrolled', { words: 'portal entry of 3 May', address: '203.0.113.7' }),
    record('jmrp-enrolled', { words: 'reports up to 9 March', address: '2001:db8::7' }),
  ];
  const sources = sourcesWith({
    evidence,
    addresses: TWO.addresses.map((text) => ({ text, jmrpSince: null, sndsSince: null })),
  });
  t.match(
    draftIn(one('outlook-com/first'), { facts: known(TWO), sources }).body,
    '– Enrolled in JMRP: 203.0.113.7: portal entry of 3 May; 2001:db8::7: reports up to 9 March.',
  );
});

t.test('no letter says that something is attached: nothing here knows', async (t) => {
  for (const template of templates.filter(({ round }) => round !== 'help'))
    t.notMatch(
      bodyOf(template, known()),
      /\b(?:is attached|attached you|in allegato trovate|anbei|beigefügt|ci-joint|adjunto encontrar|bijgevoegd)\b/i,
      named(template),
    );
});

t.test(
  'what nobody recorded, no letter tells: neither a request of ours nor an answer of theirs',
  async (t) => {
    const facts = known({ lastLetter: null, lastReply: null, requests: [] });
    for (const template of english.filter(({ round }) =>
      ['followup-silence', 'second-review'].includes(round),
    ))
      t.notMatch(
        bodyOf(template, facts),
        /\bwe (?:have )?(?:sent|asked)|was declined|your answer/i,
        named(template),
      );
  },
);
