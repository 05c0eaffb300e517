import t from 'tap';
import { check, render } from './template.fixture.ts';

const wordsOf = (source: string) =>
  check(source).problems.map(({ line, column, words }) => `${line}:${column} ${words}`);

t.test('a mistake is told in plain words, with line and column', async (t) => {
  const CASES: [string, string[]][] = [
    ['Hello\n\nCode {{blockcode}}.', ['3:8 there is no variable blockcode; did you mean blockCode?']],
    ['{{#if blockCode}}\nx', ['1:1 {{#if}} is never closed: {{/if}} is missing.']],
    [
      '{{#if blockCode}}\n{{#claim "spf-pass"}}x\n{{/if}}',
      ['2:1 {{#claim}} is not closed before {{/if}} of line 3: {{/claim}} is missing.'],
    ],
    [
      '{{#if blockCode}}\nx\n{{/unless}}\n{{/if}}',
      ['3:1 {{/unless}} closes nothing: {{#if}} of line 1 is the block that is open.'],
    ],
    ['x\n{{/if}}', ['2:1 {{/if}} closes nothing: no block is open.']],
    ['{{else}}', ['1:1 {{else}} stands outside every block.']],
    [
      '{{#if blockCode}}a{{else}}b\n{{else}}c{{/if}}',
      ['2:1 This {{else}} is the second one of its {{#if}}.'],
    ],
    ['a\n b {{providerName', ['2:4 The tag that begins here is never closed: }} is missing.']],
    [
      'a {{providerName {{soon}}',
      [
        '1:3 Inside these braces another {{ begins: close this one with }} first.',
        '1:20 soon is a time: write {{time soon}} or {{day soon}}',
      ],
    ],
    ['a }} b', ['1:3 A }} stands here without a {{ before it.']],
    ['{{list providerName}}', ['1:8 providerName is no list: write {{providerName}}']],
    ['{{every soon}}', ['1:9 soon is a time: write {{time soon}} or {{day soon}}']],
    ['{{#clam "spf-pass"}}x{{/clam}}', ['1:1 there is no block {{#clam}}; did you mean claim?']],
    ['{{#claim "spf-pas"}}x{{/claim}}', ['1:10 there is no claim spf-pas; did you mean spf-pass?']],
    ['{{#each providerName}}x{{/each}}', ['1:9 providerName is no list']],
    [
      '{{#each plan}}\n{{wek}} {{this.vol}}\n{{/each}}',
      [
        '2:3 there is no variable wek; did you mean week?',
        '2:11 the rows of this list have no column vol; did you mean volume?',
      ],
    ],
    ['{{#each plan}}{{remark}}{{/each}}', ['1:17 remark may be empty; put it inside {{#if remark}}']],
    ['{{#pending spf-pass="a" spf-pass="b"}}x{{/pending}}', ['1:25 claim spf-pass is named twice']],
  ];
  for (const [source, wanted] of CASES) t.strictSame(wordsOf(source), wanted, source);
});

t.test('needs and claims follow from the text', async (t) => {
  const { needs, claims, problems } = check(
    '{{refusal.text}} {{#if ticketReference}}{{ticketReference}}{{/if}}{{#any "fcrdns-ok spf-pass"}}{{/any}}{{#holding dkim-pass="DKIM"}}{{@names}}{{/holding}}',
  );
  t.strictSame(problems, []);
  t.strictSame(needs, ['refusal'], 'what is asked for first is not needed');
  t.strictSame(claims, ['fcrdns-ok', 'spf-pass', 'dkim-pass']);
});

t.test('each writes lists and tables, a line for a line', async (t) => {
  t.equal(render('{{#each addresses}}\n– {{this}}\n{{/each}}\n'), '– 203.0.113.7\n– 203.0.113.8\n');
  t.equal(
    render(
      '{{#each plan}}\n{{this.week}}: {{volume}}{{#if remark}}, {{remark}}{{/if}} to {{providerName}}\n{{/each}}\n',
    ),
    '1: 50 a day to Outlook.com\n2: 200 a day, with newsletters to Outlook.com\n',
  );
  t.equal(render('{{#each plan}}x{{else}}none{{/each}}', { plan: [] }), 'none');
  t.equal(render('{{#if plan}}yes{{/if}}{{#unless plan}}no{{/unless}}', { plan: [] }), 'no');
});

t.test('else if, and a condition on a list', async (t) => {
  const source = '{{#if hostname}}a{{else if (several addresses)}}b{{else}}c{{/if}}';
  t.equal(render(source), 'b');
  t.equal(render(source, { addresses: ['203.0.113.7'] }), 'c');
  t.equal(render(source, { addresses: ['203.0.113.0/29'] }), 'b', 'a range is several, too');
});
