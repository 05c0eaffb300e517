import t from 'tap';
import { isArgumentFor } from '../../src/letters/claims/claims.ts';
import { isToDesk, ROUNDS, type Round } from '../../src/letters/rounds.ts';
import {
  nextRound,
  nextTemplate,
  suggestTemplate,
  takesLetter,
  templatesFor,
  unknownDesk,
  whyNoLetter,
} from '../../src/letters/suggest.ts';
import { loadTemplates } from '../../src/letters/templates.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { routeFor } from '../../src/providers/playbook.ts';
import type { Provider, Verdict } from '../../src/providers/schema.ts';

const templates = loadTemplates();
const { providers, byKey } = readCatalogue();
const desk = (key: string) => byKey.get(key) ?? unknownDesk(key);
const outlook = desk('outlook-com');

t.test('the next round follows from state and last answer', async (t) => {
  const round = (
    state: Parameters<typeof nextRound>[0]['state'],
    lastVerdict: Verdict | null = null,
    letters = 1,
  ) => nextRound({ state, lastVerdict, round: letters });
  t.equal(round('open', null, 0), 'first');
  t.equal(round('awaiting-provider', 'acknowledged'), 'followup-silence');
  t.equal(round('action-needed'), 'followup-silence');
  t.equal(round('action-needed', 'denied'), 'second-review');
  t.equal(round('action-needed', 'not-blocked'), 'second-review');
  t.equal(round('action-needed', 'needs-information'), 'answer-info');
  t.equal(round('mitigated', 'mitigated'), 'ask-cause');
  t.equal(round('mitigated', 'refused-to-explain'), 'thanks', 'the cause is asked for once');
  t.equal(round('recovered', 'mitigated'), 'thanks');
});

t.test('the provider’s own letter before that of its kind, the language before English', async (t) => {
  t.match(suggestTemplate(templates, outlook, 'first'), { key: 'outlook-com/first', language: 'en' });
  t.match(suggestTemplate(templates, outlook, 'first', 'de'), {
    key: 'mailbox-provider/first',
    language: 'de',
  });
  t.match(suggestTemplate(templates, desk('t-online'), 'first', 'de'), {
    key: 't-online/first',
    language: 'de',
  });
  for (const [key, language, template] of [
    ['orange-fr', 'fr', 'orange-fr/first'],
    ['sfr-fr', 'fr', 'sfr-fr/first'],
    ['laposte-net', 'fr', 'laposte-net/first'],
    ['libero-it', 'it', 'libero-it/first'],
    ['orange-fr', 'en', 'mailbox-provider/first'],
  ] as const)
    t.match(
      suggestTemplate(templates, desk(key), 'first', language),
      { key: template, language },
      `${key} ${language}`,
    );
  t.match(suggestTemplate(templates, desk('proofpoint'), 'second-review'), {
    key: 'mailbox-provider/second-review',
  });
  t.match(suggestTemplate(templates, desk('spamhaus'), 'first'), {
    key: 'spamhaus/first',
  });
  t.match(suggestTemplate(templates, desk('psbl'), 'second-review'), {
    key: 'block-list/second-review',
  });
  t.match(
    suggestTemplate(templates, desk('t-online'), 'first'),
    { language: 'de' },
    'the desk’s first language',
  );
  t.match(
    suggestTemplate(templates, desk('t-online'), 'notice'),
    { language: 'en' },
    'customers are not the desk',
  );
});

t.test('a refusal with a rule of its own gets the letter that is meant for it', async (t) => {
  const spamhaus = desk('spamhaus');
  const first = (rule: string | null) => suggestTemplate(templates, spamhaus, 'first', undefined, rule)?.key;
  t.equal(first(null), 'spamhaus/first');
  t.equal(first('css'), 'spamhaus/first');
  t.equal(first('pbl'), 'spamhaus/first-pbl');
  t.equal(first('dbl'), 'spamhaus/first-dbl');
  for (const { provider, rules = [], key } of templates)
    for (const rule of rules)
      t.ok(provider && byKey.get(provider)?.rejections.some(({ id }) => id === rule), `${key}: ${rule}`);
});

t.test('the way to ask decides to whom the first letter goes', async (t) => {
  const fresh = { state: 'open', last_verdict: null, round: 0 } as const;
  const next = (key: string, rule: string | null) =>
    nextTemplate(templates, desk(key), fresh, { route: routeFor(desk(key) as Provider, rule), rule })?.key;
  t.equal(next('spamhaus', 'sbl'), 'spamhaus/hand-over');
  t.equal(next('tim-it', null), 'recipient-admin/note');
  t.equal(next('microsoft-365', 'rejected-by-recipient'), 'microsoft-365/note');
  t.equal(next('outlook-com', null), 'outlook-com/first');
});

t.test('no letter where nobody reads one, and the page says why', async (t) => {
  const toDesk = (key: string) =>
    [...new Set(templatesFor(templates, desk(key)).map(({ round }) => round))].filter(isToDesk);
  for (const key of ['free-fr', 'abusix', 'uceprotect', 'spectrum', 'efnetrbl']) {
    const one = desk(key) as Provider;
    t.strictSame(toDesk(key), [], key);
    t.ok(whyNoLetter(one, routeFor(one, null)).length > 20, key);
    t.ok(suggestTemplate(templates, one, 'notice'), `${key}: customers are told all the same`);
    const waiting = { state: 'awaiting-provider', last_verdict: null, round: 1 } as const;
    t.equal(nextTemplate(templates, one, waiting), undefined, key);
  }
  t.strictSame(toDesk('spamcop'), ['first'], 'an error of the list, and nothing else');
  t.strictSame(toDesk('gmail'), ['first'], 'one form for each cause');
  t.equal(whyNoLetter(outlook, routeFor(outlook as Provider, null)), '');
  for (const { key, letters } of providers)
    for (const round of letters?.rounds ?? []) t.ok(ROUNDS.includes(round as Round), `${key}: ${round}`);
});

t.test('a desk is written to in the language that it reads best, unless another is asked for', async (t) => {
  const suggested = (key: string, language?: string) => {
    const template = suggestTemplate(templates, desk(key), 'first', language);
    return `${template?.key} ${template?.language}`;
  };
  t.equal(suggested('t-online'), 't-online/first de');
  t.equal(suggested('t-online', 'en'), 't-online/first en');
  t.equal(suggested('gmx'), 'gmx/first de');
  t.equal(suggested('freenet'), 'freenet/first de');
  t.equal(suggested('vodafone-de'), 'vodafone-de/first de');
  t.equal(suggested('kpn'), 'kpn/first nl');
  t.equal(suggested('swisscom'), 'mailbox-provider/first en');
  t.equal(suggested('swisscom', 'de'), 'mailbox-provider/first de');
  t.equal(suggested('hornetsecurity', 'de'), 'filter-vendor/first de');
  t.equal(suggested('mail-ru'), 'mail-ru/first en', 'no letter in its first language');
  t.match(suggestTemplate(templates, desk('vmo2'), 'note', 'nl'), { key: 'vmo2/note', language: 'nl' });
});

t.test('every provider has a letter for each usual round, one for each round and language', async (t) => {
  for (const provider of providers) {
    for (const round of ['first', 'followup-silence', 'second-review', 'answer-info', 'thanks'] as const)
      t.equal(
        suggestTemplate(templates, provider, round) !== undefined,
        takesLetter(provider, round),
        `${provider.key}: ${round}`,
      );
    const offered = templatesFor(templates, provider)
      .filter((template) => !template.rules)
      .map((template) => `${template.round} ${template.language}`);
    t.equal(new Set(offered).size, offered.length, provider.key);
    t.ok(offered.includes('notice en'));
  }
});

t.test('no letter to a list operator argues with other lists', async (t) => {
  for (const provider of providers.filter(({ kind }) => kind === 'block-list')) {
    for (const template of templatesFor(templates, provider).filter((one) => isToDesk(one.round)))
      t.ok(
        template.claims.every((claim) => isArgumentFor(claim, 'block-list')),
        `${provider.key}: ${template.key}`,
      );
  }
});
