import t from 'tap';
import { isArgumentFor } from '../../src/letters/claims.ts';
import {
  nextRound,
  suggestTemplate,
  takesLetter,
  templatesFor,
  unknownDesk,
} from '../../src/letters/suggest.ts';
import { loadTemplates } from '../../src/letters/templates.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import type { Verdict } from '../../src/providers/schema.ts';

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
  t.match(suggestTemplate(templates, desk('orange-fr'), 'first', 'fr'), {
    key: 'mailbox-provider/first',
    language: 'en',
  });
  t.match(suggestTemplate(templates, desk('proofpoint'), 'second-review'), {
    key: 'mailbox-provider/second-review',
  });
  t.match(suggestTemplate(templates, desk('spamhaus'), 'first'), {
    key: 'spamhaus/first',
  });
  t.match(suggestTemplate(templates, desk('spamcop'), 'second-review'), {
    key: 'block-list/second-review',
  });
});

t.test('every provider has a letter for each usual round, one for each round and language', async (t) => {
  for (const provider of providers) {
    for (const round of ['first', 'followup-silence', 'second-review', 'answer-info', 'thanks'] as const)
      t.ok(suggestTemplate(templates, provider, round), `${provider.key}: ${round}`);
    const offered = templatesFor(templates, provider).map(
      (template) => `${template.round} ${template.language}`,
    );
    t.equal(new Set(offered).size, offered.length, provider.key);
    t.ok(offered.includes('notice en'));
  }
});

t.test('no letter to a list operator argues with other lists', async (t) => {
  for (const provider of providers.filter(({ kind }) => kind === 'block-list')) {
    for (const template of templatesFor(templates, provider).filter((one) => one.kind !== 'customers'))
      t.ok(
        template.claims.every((claim) => isArgumentFor(claim, 'block-list')),
        `${provider.key}: ${template.key}`,
      );
  }
});
