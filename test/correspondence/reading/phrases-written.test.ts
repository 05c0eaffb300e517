import { readdirSync } from 'node:fs';
import t from 'tap';
import type { PhraseBookFile } from '../../../src/correspondence/reading/phrase-book.ts';
import { foldedWord, hasNoBlanks, tokensOf } from '../../../src/correspondence/reading/tokens.ts';
import { readJson } from '../../../src/data-file.ts';

const FOLDER = new URL('../../../src/correspondence/reading/phrases/', import.meta.url);
const BOOKS = readdirSync(FOLDER).map((file) => readJson(new URL(file, FOLDER)) as PhraseBookFile);

/** Elements of a pattern that are no words, and alternatives in one that are none. */
const SIGN = /^(?:[\^$]|_(?:_|\d)?)$/;
const NO_WORD = /^(?:#|<[a-z-]+>)$/;

/** Words that say one thing together. Cut by a `|` without `+` they are parts of two alternations: "once|as soon as". */
const TOGETHER = [
  'as soon as',
  'as long as',
  'e mail',
  'able to',
  'going to',
  'in place',
  'takes effect',
  'working on',
  'mise en place',
  'à la normalidad',
  'a la normalidad',
  'warm up',
];

/** Each pattern of a book, with its place. */
const patternsOf = (book: PhraseBookFile): [place: string, pattern: string][] =>
  [book.classes, book.signals, book.headings].flatMap((part) =>
    Object.entries(part as Record<string, string[]>).flatMap(([key, patterns]) =>
      patterns.map((pattern): [string, string] => [`${book.language}: ${key}`, pattern]),
    ),
  );

const alternativesOf = (element: string): string[] => element.replace(/\?$/, '').split('|');

/** The words of a pattern that no text can have: tokens are without signs, and contractions are written out. */
function impossibleWords(pattern: string): string[] {
  const words = pattern
    .split(/\s+/)
    .filter((element) => element !== '' && !SIGN.test(element))
    .flatMap(alternativesOf)
    .flatMap((one) => one.split('+'));
  return words.filter((word) => {
    if (NO_WORD.test(word) || hasNoBlanks(word)) return false;
    const bare = word.replace(/\*$/, '');
    return tokensOf(bare).join(' ') !== foldedWord(bare) || tokensOf(bare).length !== 1;
  });
}

/** The words of {@link TOGETHER} of which a pattern has the first at the end of an alternation and the rest behind it. */
function cutWords(pattern: string): string[] {
  const elements = pattern.split(/\s+/).map(alternativesOf);
  return TOGETHER.filter((words) => {
    const [first, ...rest] = words.split(' ');
    return elements.some(
      (element, at) =>
        element.length > 1 &&
        element.at(-1) === first &&
        (elements[at + rest.length]?.length ?? 1) > 1 &&
        rest.every((word, index) => elements[at + 1 + index]?.[0] === word),
    );
  });
}

t.test('what the two checks find', async (t) => {
  t.same(impossibleWords("restored|re-enabled don't _2? _4 <block>|spam*"), ['re-enabled', "don't", '_2']);
  t.same(cutWords('once|as soon as|after you'), ['as soon as']);
  t.same(cutWords('once|as+soon+as|after you'), []);
});

t.test('every word of a phrase is one that a text can have', async (t) => {
  for (const book of BOOKS)
    t.same(
      patternsOf(book).flatMap(([place, pattern]) =>
        impossibleWords(pattern).map((word) => `${place}: ${word} in "${pattern}"`),
      ),
      [],
      book.language,
    );
});

t.test('no alternation cuts words that say one thing together', async (t) => {
  for (const book of BOOKS)
    t.same(
      patternsOf(book).flatMap(([place, pattern]) =>
        cutWords(pattern).map((words) => `${place}: "${words}" in "${pattern}"`),
      ),
      [],
      book.language,
    );
});
