import fc from 'fast-check';
import Handlebars from 'handlebars';
import t from 'tap';
import { judgeClaims } from '../../../src/letters/claims/claims.ts';
import { checkTemplate } from '../../../src/letters/template/check.ts';
import { foundOf, foundTogether, holds, type LetterData } from '../../../src/letters/template/claim-data.ts';
import { renderForms } from '../../../src/letters/template/interpret.ts';
import { type Values, valuesOf } from '../../../src/letters/template/values.ts';

/** Handlebars with the blocks of letters, as a measure: the syntax is a part of its, and so is what becomes of blanks. */
function handlebars(data: LetterData) {
  const own = Handlebars.create();
  type Options = Handlebars.HelperOptions;
  const inside = (self: unknown, options: Options, found: object | undefined) => {
    const named = Object.fromEntries(
      Object.entries(found ?? {}).map(([key, value]) => [key.slice(1), value]),
    );
    return found ? options.fn(self, { data: { ...options.data, ...named } }) : '';
  };
  own.registerHelper({
    claim(this: unknown, key: string, options: Options) {
      return inside(this, options, foundOf(data, key));
    },
    holding(this: unknown, options: Options) {
      return inside(this, options, foundTogether(data, Object.entries(options.hash as object), 'fact'));
    },
    holds(this: unknown, key: string, options: Options) {
      return holds(data.claims.get(key)) ? options.fn(this) : options.inverse(this);
    },
  });
  return own;
}

const VALUES = valuesOf({
  blockCode: 'S3150',
  hostname: '',
  providerName: 'Outlook.com',
  temporary: true,
  addresses: ['203.0.113.7', '203.0.113.8'],
});
const data = (): LetterData => ({
  claims: new Map(
    judgeClaims(
      ['spf-pass', 'fcrdns-ok'],
      {
        profile: {} as never,
        addresses: [],
        rejections: [],
        evidence: [
          {
            claim: 'spf-pass',
            result: 'supports',
            words: 'all 40',
            source: 'x',
            observedAt: new Date('2026-03-11T06:00:00Z'),
            address: null,
          },
        ],
      },
      new Date('2026-03-11T08:00:00Z'),
    ).map((claim) => [claim.key, claim]),
  ),
  language: 'en',
  stated: new Map(),
});

const blank = fc.constantFrom('', '', ' ', '\n', '\n\n', '  \n', '\n  ', 'x', 'Hello.\n', '\ty ', '–');
const leaf = fc.constantFrom(
  '{{blockCode}}',
  '{{ providerName }}',
  '{{! aside }}',
  '{{!-- a {{b}} --}}',
  '{{> part.en}}',
  '{{hostname}}',
);
const template = fc.letrec<{ all: string; one: string }>((tie) => ({
  all: fc
    .array(fc.oneof(blank, blank, leaf, tie('one')), { maxLength: 6, depthIdentifier: 'tree' })
    .map((all) => all.join('')),
  one: fc.oneof(
    { depthIdentifier: 'tree', maxDepth: 3 },
    leaf,
    fc
      .tuple(
        fc.constantFrom(
          'if blockCode',
          'if hostname',
          'unless temporary',
          'if addresses',
          'holds "spf-pass"',
          'holds "fcrdns-ok"',
        ),
        tie('all'),
        tie('all'),
        fc.boolean(),
      )
      .map(
        ([open, yes, no, hasElse]) =>
          `{{#${open}}}${yes}${hasElse ? `{{else}}${no}` : ''}{{/${open.split(' ')[0]}}}`,
      ),
    fc
      .tuple(fc.constantFrom('claim "spf-pass"', 'claim "fcrdns-ok"', 'holding spf-pass="SPF"'), tie('all'))
      .map(([open, yes]) => `{{#${open}}}${yes}{{/${open.split(' ')[0]}}}`),
  ),
})).all;
const PARTS = new Map([['part.en', 'a\n{{#if blockCode}}\nb\n{{/if}}\n']]);

t.test('a template gives, blank for blank, what Handlebars gives', async (t) => {
  const bare = Object.fromEntries(Object.entries(VALUES as Values).filter(([name]) => !name.includes('.')));
  let blocks = 0;
  fc.assert(
    fc.property(template, (source) => {
      const { forms, problems } = checkTemplate(source, { parts: PARTS });
      // hostname is empty, and may not be written without asking.
      if (problems.length > 0) return problems.every(({ words }) => /may be empty/.test(words));
      if (source.includes('{{#')) blocks++;
      const theirs = handlebars(data());
      for (const [name, text] of PARTS) theirs.registerPartial(name, text);
      const wanted = theirs.compile(source, { noEscape: true, preventIndent: true })(bare);
      return renderForms(forms, VALUES, data()) === wanted;
    }),
    { numRuns: 3000 },
  );
  t.ok(blocks > 100, `${blocks} templates with blocks were compared`);
});
