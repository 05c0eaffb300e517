import fc from 'fast-check';
import t from 'tap';
import { MAX_OUTPUT, renderForms } from '../../../src/letters/template/interpret.ts';
import { MAX_DEPTH, MAX_TEMPLATE } from '../../../src/letters/template/parse.ts';
import { MAX_PROBLEMS } from '../../../src/letters/template/problem.ts';
import { valuesOf } from '../../../src/letters/template/values.ts';
import { VOCABULARY } from '../../../src/letters/variables.ts';
import { check, dataFor, FACTS, render, WITH_TABLE } from './template.fixture.ts';

// Template injection: Handlebars CVE-2026-33937, -33938, -33940, -106445, -106446; RT CVE-2013-3373.
const INHERITED = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'valueOf',
  'prototype',
];
/** What an attacker writes around a name to reach more than it. */
const AROUND: ((name: string) => string)[] = [
  (name) => `{{${name}}}`,
  (name) => `{{{${name}}}}`,
  (name) => `{{& ${name}}}`,
  (name) => `{{this.${name}}}`,
  (name) => `{{this/${name}}}`,
  (name) => `{{./${name}}}`,
  (name) => `{{../${name}}}`,
  (name) => `{{../../${name}}}`,
  (name) => `{{@root.${name}}}`,
  (name) => `{{@data.${name}}}`,
  (name) => `{{@${name}}}`,
  (name) => `{{[${name}]}}`,
  (name) => `{{"${name}"}}`,
  (name) => `{{addresses.${name}}}`,
  (name) => `{{providerName.${name}}}`,
  (name) => `{{profile.${name}}}`,
  (name) => `{{addresses.[${name}]}}`,
  (name) => `{{lookup addresses "${name}"}}`,
  (name) => `{{lookup . "${name}"}}`,
  (name) => `{{list ${name}}}`,
  (name) => `{{day (${name})}}`,
  (name) => `{{list (lookup this "${name}")}}`,
  (name) => `{{#if ${name}}}x{{/if}}`,
  (name) => `{{#if (several ${name})}}x{{/if}}`,
  (name) => `{{#if (${name} addresses)}}x{{/if}}`,
  (name) => `{{#unless ${name}}}x{{/unless}}`,
  (name) => `{{#each ${name}}}x{{/each}}`,
  (name) => `{{#each addresses}}{{${name}}}{{/each}}`,
  (name) => `{{#each addresses}}{{this.${name}}}{{/each}}`,
  (name) => `{{#each plan}}{{this.${name}}}{{/each}}`,
  (name) => `{{#each addresses as |${name}|}}{{${name}}}{{/each}}`,
  (name) => `{{#with ${name}}}x{{/with}}`,
  (name) => `{{#${name}}}x{{/${name}}}`,
  (name) => `{{^${name}}}x{{/${name}}}`,
  (name) => `{{#claim "${name}"}}x{{/claim}}`,
  (name) => `{{#claim ${name}}}x{{/claim}}`,
  (name) => `{{#any "${name}"}}x{{/any}}`,
  (name) => `{{#holding ${name}="x"}}{{@names}}{{/holding}}`,
  (name) => `{{#pending ${name}="x"}}{{@names}}{{/pending}}`,
  (name) => `{{#holding spf-pass=${name}}}x{{/holding}}`,
  (name) => `{{> ${name}}}`,
  (name) => `{{> (${name})}}`,
  (name) => `{{> (lookup . "${name}")}}`,
  (name) => `{{> close.en ${name}}}`,
  (name) => `{{#> ${name}}}x{{/${name}}}`,
  (name) => `{{#*inline "${name}"}}x{{/inline}}`,
  (name) => `{{* ${name}}}`,
  (name) => `{{{{${name}}}}} {{x}} {{{{/${name}}}}}`,
  (name) => `{{${name} addresses}}`,
  (name) => `{{${name}.${name}}}`,
  (name) => `{{providerName ${name}="x"}}`,
  (name) => `{{else ${name}}}`,
];

t.test('whatever is written around an inherited name, it is refused with its place', async (t) => {
  for (const around of AROUND) {
    for (const name of [...INHERITED, 'secret', 'process', 'require']) {
      const source = `Hello\n${around(name)}\n`;
      const { problems } = check(source);
      t.ok(problems.length > 0 && problems.every(({ line }) => line === 2), source);
    }
  }
});

t.test('what Handlebars takes besides is no form of letters', async (t) => {
  for (const source of [
    '{{log providerName}}',
    '{{helperMissing providerName}}',
    '{{blockHelperMissing providerName}}',
    '{{if temporary}}',
    '{{#if temporary includeZero=true}}x{{/if}}',
    '{{#time soon}}x{{/time}}',
    '{{claim "spf-pass"}}',
    '{{~providerName}}',
    '{{providerName~}}',
    '{{1}}',
    '{{true}}',
    '{{null}}',
    '{{undefined}}',
    '{{providerName,addresses}}',
    '{{}}',
    '{{#}}x{{/}}',
    '{{>}}',
    '\\{{providerName}}',
    '{"type":"Program","body":[{"type":"MustacheStatement"}]} {{',
    '{{#if temporary}}x{{^}}y{{/if}}',
    '{{#each addresses}}{{#each addresses}}x{{/each}}{{/each}}',
    '{{> loop.en}}',
  ])
    t.not(check(source).problems.length, 0, source);
});

t.test(
  'a template reads the names of the vocabulary, as plain values, and nothing else of the facts',
  async (t) => {
    const values = valuesOf(FACTS, WITH_TABLE);
    t.strictSame(Object.keys(values), Object.keys(WITH_TABLE.variables));
    t.equal(Object.getPrototypeOf(values), null);
    t.ok(Object.isFrozen(values) && Object.isFrozen(values['addresses']) && Object.isFrozen(values['plan']));
    t.equal(values['lastReply'], true, 'of what is asked for only, that it is there');
    t.notMatch(JSON.stringify(values), /password|not a column|denied/);
    const asked: string[] = [];
    class Facts {
      get blockCode() {
        asked.push('a getter');
        return 'S3150';
      }
      providerName = {
        toString() {
          asked.push('a method');
          return 'x';
        },
      };
      addresses = [{ toString: () => asked.push('a method of a list') }];
    }
    Object.defineProperty(Facts.prototype, 'hostname', { value: 'inherited' });
    const odd = new Facts();
    Object.defineProperty(odd, 'affected', { get: () => asked.push('an own getter') });
    t.equal(
      render(
        '{{#if blockCode}}{{blockCode}}{{/if}}{{#if hostname}}{{hostname}}{{/if}}{{#if affected}}{{affected}}{{/if}}{{list addresses}}',
        odd,
      ),
      '',
    );
    t.strictSame(asked, [], 'nothing of the facts is called');
  },
);

t.test('forms that were never checked read nothing more either', async (t) => {
  for (const name of [...INHERITED, 'secret', '@constructor', 'this.constructor', 'this'])
    t.equal(
      renderForms([{ is: 'value', name, as: 'plain' }], valuesOf(FACTS, VOCABULARY), dataFor()),
      '',
      name,
    );
});

/** Texts that would stall a reader that goes back, or fill a stack. */
const BOMBS: Record<string, string> = {
  '1 MB of text': 'x'.repeat(1_000_000),
  '1 MB of tags': '{{providerName}}'.repeat(62_500),
  'braces that open': '{{'.repeat(10_000),
  'braces that close': '}}'.repeat(10_000),
  'single braces': '{'.repeat(20_000),
  'tags that never end': '{{a '.repeat(5_000),
  'blocks in blocks': '{{#if temporary}}'.repeat(1_100),
  'blocks in blocks, all closed': `${'{{#if temporary}}'.repeat(700)}${'{{/if}}'.repeat(700)}`,
  'else if without end': `{{#if temporary}}${'{{else if temporary}}'.repeat(900)}`,
  'a blank for each character': `{{providerName${' '.repeat(19_000)}}}`,
  'lines of blanks around tags': `${' '.repeat(9_000)}{{#if temporary}}${' '.repeat(9_000)}`,
  'tabs and line ends': '\t \n'.repeat(6_600),
  'an open text': `{{#claim "${'x'.repeat(19_000)}`,
  'texts without end': `{{#claim ${'"'.repeat(19_001)}}}`,
  brackets: `{{#if ${'('.repeat(19_000)}}}`,
  'a long name': `{{${'a.'.repeat(9_900)}a}}`,
  'many unknown names': '{{adresse}}'.repeat(1_800),
  'many parts': '{{> close.en}}'.repeat(1_400),
  'a comment without end': `{{!-- ${'-- '.repeat(6_000)}`,
  'many claims': `{{#any "${'spf-pass '.repeat(2_000)}"}}x{{/any}}`,
};

t.test('no text stalls the reader: each is read within its limits or refused', async (t) => {
  for (const [what, source] of Object.entries(BOMBS)) {
    const { problems, forms } = check(source);
    t.ok(problems.length <= MAX_PROBLEMS, what);
    if (problems.length === 0)
      t.ok(renderForms(forms, valuesOf(FACTS, WITH_TABLE), dataFor()).length <= MAX_OUTPUT);
  }
  t.match(check('x'.repeat(MAX_TEMPLATE + 1)).problems, [{ line: 1, words: /at most 20,000 characters/ }]);
  t.match(check('{{#if temporary}}'.repeat(MAX_DEPTH + 2)).problems, [{ line: 1, words: /16 deep/ }]);
});

t.test('a letter that would become too long is refused, by what it is rendered from', async (t) => {
  const facts = { ...FACTS, addresses: Array.from({ length: 500 }, (_, index) => `2001:db8::${index}`) };
  const lines = `{{#each addresses}}\n${'– {{this}} and some more text\n'.repeat(20)}{{/each}}\n`;
  t.throws(() => render(lines, facts), { code: 'invalid', fields: { template: /100,000 characters/ } });
  t.throws(() => render('{{every addresses}}'.repeat(300), facts), { code: 'invalid' });
  t.throws(() => render(`{{#each addresses}}${'{{#if temporary}}{{/if}}'.repeat(60)}{{/each}}`, facts), {
    code: 'invalid',
    fields: { template: /20,000 steps/ },
  });
  t.equal(render(lines).split('\n').length, 41, 'of a few addresses it is a letter');
});

const WORDS = [
  '{{',
  '}}',
  '{{#',
  '{{/',
  '{{>',
  '{{!',
  '{{else}}',
  '\n',
  ' ',
  '"',
  '(',
  ')',
  '=',
  '.',
  '@',
  '\\',
  '{',
  '}',
  'if',
  'each',
  'claim',
  'holding',
  'any',
  'several',
  'list',
  'day',
  'this',
  'addresses',
  'plan',
  'week',
  'providerName',
  'blockCode',
  'spf-pass',
  'soon',
  '{{#if blockCode}}',
  '{{blockCode}}',
  '{{/if}}',
  '{{#each plan}}',
  '{{week}}',
  '{{/each}}',
  '{{#claim "spf-pass"}}',
  '{{@words}}',
  '{{/claim}}',
  '{{> close.en}}',
  'constructor',
  '__proto__',
  '\0',
  '\u2028',
  '😀',
  '\ud800',
];

t.test('any string is refused with its place, or renders within its limits', async (t) => {
  const seen = { refused: 0, rendered: 0 };
  fc.assert(
    fc.property(
      fc.oneof(
        fc
          .array(
            fc.oneof(
              { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
              { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
            ),
            { maxLength: 40 },
          )
          .map((all) => all.join('')),
        fc.string({ unit: 'binary', maxLength: 200 }),
      ),
      (source) => {
        const { problems, forms } = check(source);
        const lines = source.split('\n');
        for (const { line, column, words } of problems) {
          const text = lines[line - 1];
          if (text === undefined || column < 1 || column > text.length + 1 || words === '') return false;
        }
        seen[problems.length > 0 ? 'refused' : 'rendered']++;
        if (problems.length > 0) return true;
        const letter = renderForms(forms, valuesOf(FACTS, WITH_TABLE), dataFor());
        return letter.length <= MAX_OUTPUT && !/the password|not a column|\[object|native code/.test(letter);
      },
    ),
    { numRuns: 4000 },
  );
  t.ok(seen.refused > 200 && seen.rendered > 200, `${seen.refused} refused, ${seen.rendered} rendered`);
});
