import t from 'tap';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { buildLiteralIndex, candidates } from '../../src/providers/literal-index.ts';
import { ruleIndex } from '../../src/providers/rule-index.ts';
import { compileMatch, fold } from '../../src/providers/text-match.ts';

const find = (matches: Parameters<typeof compileMatch>[0][], text: string): number[] =>
  candidates(buildLiteralIndex(matches.map(compileMatch)), fold(text).literal)
    .map(({ entry }) => entry)
    .sort((a, b) => a - b);

t.test('only entries with a literal in the text are candidates', (t) => {
  const matches = [{ any: ['beta', 'gamma'] }, { all: ['alphabet'] }, { all: ['alpha'] }];
  t.strictSame(find(matches, 'ALPHA gamma'), [0, 2]);
  t.strictSame(find(matches, 'alphabet'), [1, 2]);
  t.strictSame(find(matches, 'alp'), []);
  t.end();
});

t.test('entries without a literal to look up are always candidates', (t) => {
  t.strictSame(find([{ pattern: 'x\\d' }, { any: ['ab', 'abc'] }, { all: ['abc'] }], ''), [0, 1]);
  t.end();
});

t.test('a candidate tells the longest of its words in the text, and nothing of an earlier text', (t) => {
  const index = buildLiteralIndex(
    [{ any: ['beta', 'beta blocker', 'gamma'] }, { pattern: 'x' }].map(compileMatch),
  );
  const words = (text: string): number[] => candidates(index, text).map((found) => found.words);
  t.strictSame(words('gamma beta blocker'), [12, 0]);
  t.strictSame(words('beta'), [4, 0]);
  t.strictSame(words(''), [0]);
  t.end();
});

t.test('words are found at the very begin and end of a text, and of each length', (t) => {
  for (const word of ['abc', 'abcd', 'abcdefghij', 'ab cd ef gh', 'é1é', '已被封禁']) {
    for (const text of [word, `${word} x`, `x ${word}`, `${word.slice(0, -1)} ${word}`])
      t.strictSame(find([{ any: [word] }], text), [0], text);
    t.strictSame(find([{ any: [word] }], word.slice(0, -1)), []);
  }
  t.end();
});

t.test('two ideographs are enough to be looked up, also at the end of the text', (t) => {
  t.strictSame(find([{ any: ['封禁', 'banned'] }], '已被封禁'), [0]);
  t.strictSame(find([{ any: ['封禁', 'banned'] }], '封'), []);
  t.end();
});

t.test('the index is built once per catalogue, and nearly all rules are looked up by words', (t) => {
  const catalogue = readCatalogue();
  const index = ruleIndex(catalogue);
  t.equal(ruleIndex(catalogue), index);
  t.not(ruleIndex({ ...catalogue, providers: [...catalogue.providers] }), index);
  t.ok(index.literals.always.length < 10, `${index.literals.always.length} rules are tried on every reply`);
  t.end();
});

t.test('folding makes white space, quotes, dashes and case the same', (t) => {
  t.strictSame(fold('Weren’t \r\n\t SENT\u00a0– ok'), {
    literal: "weren't sent - ok",
    cased: "Weren't SENT - ok",
  });
  t.end();
});
