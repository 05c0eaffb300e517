import { judgeClaims } from '../../../src/letters/claims/claims.ts';
import { type Checked, checkTemplate } from '../../../src/letters/template/check.ts';
import type { LetterData } from '../../../src/letters/template/claim-data.ts';
import { renderForms } from '../../../src/letters/template/interpret.ts';
import { valuesOf } from '../../../src/letters/template/values.ts';
import { VOCABULARY, type Vocabulary } from '../../../src/letters/variables.ts';
import { NOW, record, sourcesWith } from '../letters.fixture.ts';

/** The vocabulary of letters and a table beside it. */
export const WITH_TABLE: Vocabulary = {
  ...VOCABULARY,
  variables: { ...VOCABULARY.variables, plan: 'condition' },
  tables: { ...VOCABULARY.tables, plan: { week: 'always', volume: 'always', remark: 'guarded' } },
};

export const FACTS = {
  providerName: 'Outlook.com',
  blockCode: 'S3150',
  hostname: '',
  temporary: true,
  soon: new Date('2026-03-18T08:15:00Z'),
  addresses: ['203.0.113.7', '203.0.113.8'],
  lastReply: { at: new Date('2026-03-10T09:12:00Z'), quote: '', verdict: 'denied' },
  plan: [
    { week: 1, volume: '50 a day', remark: '', secret: 'not a column' },
    { week: 2, volume: '200 a day', remark: 'with newsletters' },
  ],
  // Of the facts, but no name of the vocabulary.
  secret: 'the password',
};

export const dataFor = (): LetterData => ({
  claims: new Map(
    judgeClaims(['spf-pass', 'fcrdns-ok'], sourcesWith({ evidence: [record('spf-pass')] }), NOW).map(
      (claim) => [claim.key, claim],
    ),
  ),
  language: 'en',
  stated: new Map(),
});

export const PARTS = new Map([
  ['close.en', 'Bye, {{providerName}}\n'],
  ['loop.en', 'a {{> loop.en}}\n'],
]);
export const check = (source: string): Checked =>
  checkTemplate(source, { parts: PARTS, vocabulary: WITH_TABLE });
export const render = (source: string, facts: object = FACTS): string =>
  renderForms(check(source).forms, valuesOf(facts, WITH_TABLE), dataFor());
