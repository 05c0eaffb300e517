import t from 'tap';
import { BadDataFile } from '../../src/data-file.ts';
import { LANGUAGES, type Language } from '../../src/letters/language.ts';
import { loadParts, loadTemplates } from '../../src/letters/templates.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';

const templates = loadTemplates();

t.test('the letters that every operator needs are there', async (t) => {
  const have = new Set(templates.map((template) => `${template.key} ${template.language}`));
  const wanted = [
    ...['first', 'followup-silence', 'second-review', 'ask-cause', 'thanks', 'pre-emptive'].map(
      (round) => `outlook-com/${round} en`,
    ),
    ...[
      'microsoft-365',
      'gmail',
      'yahoo',
      'icloud',
      't-online',
      'spamhaus',
      'block-list',
      'filter-vendor',
      'mailbox-provider',
    ].map((owner) => `${owner}/first en`),
    ...['followup-silence', 'second-review', 'escalation', 'answer-info', 'ask-cause', 'thanks'].map(
      (round) => `mailbox-provider/${round} en`,
    ),
    ...['first', 'followup-silence', 'second-review', 'thanks'].map(
      (round) => `mailbox-provider/${round} de`,
    ),
    't-online/first de',
    'customers/notice en',
    'customers/notice de',
  ];
  for (const one of wanted) t.ok(have.has(one), one);
  t.equal(have.size, templates.length, 'each once');
});

t.test('a letter of a provider is for one that the catalogue has, and for rules of its', async (t) => {
  const { byKey } = readCatalogue();
  for (const { key, language, provider, kind, rules = [] } of templates) {
    const file = `views/letters/${key}.${language}.hbs`;
    t.ok(!provider !== !kind, `${file}: provider or kind, not both`);
    if (provider === undefined) continue;
    const known = byKey.get(provider)?.rejections.map(({ id }) => id);
    t.ok(known, `${file}: ${provider} is a file of src/providers/data`);
    t.strictSame(
      rules.filter((rule) => !known?.includes(rule)),
      [],
      `${file}: rules are ids of rejections of ${provider}`,
    );
  }
});

t.test('whoever asks Outlook.com for the cause is told not to expect it', async (t) => {
  const ask = templates.find((template) => template.key === 'outlook-com/ask-cause');
  t.match(ask?.when, /may not say|expect a polite no/);
});

const FRONT = {
  kind: 'kind: block-list',
  round: 'round: first',
  title: 'title: "A title"',
  when: 'when: "When it fits"',
  subject: 'subject: "About {{address}}"',
  needs: 'needs: [addresses]',
  claims: 'claims: []',
};
const file = (body: string, changes: Partial<typeof FRONT> = {}) =>
  `---\n${Object.values({ ...FRONT, ...changes }).join('\n')}\n---\n${body}\n`;

/** A mistake, and what the message must say; the file's name is always in it. */
const MISTAKES: [string, string, RegExp][] = [
  ['no front matter', 'Hello\n', /front matter/],
  ['front matter that is no YAML', file('Hello', { title: 'title: "A' }), /quote/i],
  [
    'an unknown key',
    file('Hello', { kind: 'kind: block-list\ncolour: red' }),
    /front matter: \/ has the key "colour", which is none/,
  ],
  ['a missing key', file('Hello', { when: '' }), /when/],
  ['a round that is none', file('Hello', { round: 'round: begging' }), /round/],
  ['a round unlike its file', file('Hello', { round: 'round: thanks' }), /equal the file's name/],
  [
    'a gap of a row that is not named',
    file('{{#each questions}}{{answer}}{{/each}}'),
    /needs must name answers/,
  ],
  ['a column that may be empty', file('{{#each earlier}}{{day liftedAt}}{{/each}}'), /put it inside/],
  ['a condition of a row as text', file('{{#each addressRows}}{{isListed}}{{/each}}'), /for conditions only/],
  ['a moment of a row as text', file('{{#each earlier}}{{at}}{{/each}}'), /is a time/],
  ['a letter to others under a desk', file('Hello', { round: 'round: notice' }), /equal the file's name/],
  ['a kind unlike its folder', file('Hello', { kind: 'kind: customers' }), /as its folder/],
  ['a claim that is none', file('Hello', { claims: 'claims: [sunshine]' }), /claims/],
  ['a claim named and not used', file('Hello', { claims: 'claims: [spf-pass]' }), /never uses it/],
  [
    'a claim used and not named',
    file('{{#claim "spf-pass"}}x{{/claim}}'),
    /spf-pass; name it under claims in the front matter/,
  ],
  ['a misspelt variable', file('{{adress}}'), /no variable adress/],
  ['a misspelt variable in a condition', file('{{#if blockcode}}x{{/if}}'), /no variable blockcode/],
  ['a fact that may be empty', file('Code {{blockCode}}'), /put it inside/],
  ['a need that is not named', file('{{refusal.text}}'), /needs must name refusal/],
  [
    'a need of the subject',
    file('Hello', { subject: 'subject: "Ticket {{ticketReference}}"' }),
    /needs must name ticket-reference/,
  ],
  ['a condition as text', file('{{temporary}}'), /for conditions only/],
  ['evidence outside its claim', file('{{@words}}'), /outside the block/],
  [
    'a date that may be empty',
    file('{{#claim "fix-date"}}{{@date}}{{/claim}}', { claims: 'claims: [fix-date]' }),
    /put it inside/,
  ],
  [
    'a second wording of a claim',
    file('{{#claim "fix-date"}}a{{else}}b{{/claim}}', { claims: 'claims: [fix-date]' }),
    /no \{\{else\}\}/,
  ],
  ['an unknown helper', file('{{shout address}}'), /no helper shout/],
  ['an unknown block', file('{{#with addresses}}x{{/with}}'), /no block/],
  ['an unknown part', file('{{> nobody.en}}'), /no part nobody\.en/],
  ['a part without its language', file('{{> sender}}'), /a part is named with its language, as in/],
  ['a block that is not closed', file('{{#if blockCode}}x'), /line 10, column 1: .*never closed/],
  ['the inside of a built-in', file('{{constructor}}'), /no variable constructor/],
];

t.test('a template with a mistake is refused at start, by file and rule', async (t) => {
  for (const [what, text, message] of MISTAKES) {
    const folder = t.testdir({ 'block-list': { 'first.en.hbs': text } });
    t.throws(() => loadTemplates(folder), { name: 'BadDataFile', message }, what);
    t.throws(
      () => loadTemplates(folder),
      { message: /\/block-list\/first\.en\.hbs: / },
      `${what}: names the file`,
    );
  }
  t.throws(() => loadTemplates(t.testdir({ 'block-list': { 'First.EN.hbs': file('Hello') } })), BadDataFile);
  t.throws(
    () => loadTemplates(t.testdir({ 'block-list': { 'first.xx.hbs': file('Hello') } })),
    /language xx/,
  );
});

t.test('a template without a mistake is taken', async (t) => {
  const folder = t.testdir({
    '_close.en.hbs': 'Bye, {{profile.name}}',
    'block-list': {
      'first.en.hbs': file(
        '{{every addresses}}{{#if blockCode}} {{blockCode}}{{/if}}{{#if lastReply}} {{time lastReply.at}}{{/if}}\n{{> close.en}}',
        { needs: 'needs: [addresses, name]' },
      ),
    },
  });
  t.match(loadTemplates(folder), [
    { key: 'block-list/first', language: 'en', round: 'first', kind: 'block-list' },
  ]);
});

/** The desks that letters in the languages of only some places are for. */
const WHERE_DESKS_READ_IT = ['filter-vendor', 'block-list'];

t.test('each language has the parts, and the general letters of every round', async (t) => {
  const general = templates.filter(
    ({ kind, language }) => kind && language === 'en' && !WHERE_DESKS_READ_IT.includes(kind),
  );
  const all = loadParts();
  const parts = [...all.keys()].filter((name) => name.endsWith('.en')).map((name) => name.slice(0, -3));
  t.ok(general.length > 10 && parts.length > 3);
  for (const language of Object.keys(LANGUAGES)) {
    const lacking = [
      ...parts.filter((part) => !all.has(`${part}.${language}`)).map((part) => `_${part}`),
      ...general
        .filter(({ key }) => !templates.some((one) => one.key === key && one.language === language))
        .map(({ key }) => key),
    ].map((name) => `views/letters/${name}.${language}.hbs`);
    t.strictSame(lacking, [], `${LANGUAGES[language as Language]}: files that are missing`);
  }
});
