import { FINDINGS, type Found, type PhraseBook, type Signal } from './phrase-book.ts';
import { endOfClass, hasWord, type WordClass } from './phrase-pattern.ts';
import { ADDRESS_TOKEN, foldedWord } from './tokens.ts';

/** Words in front of a phrase in which a negation, a condition or a "will" still goes with it. */
const NEAR = 3;
/** Words in front of it in which a negation or condition does that stands in its own clause: "at no time was your host taken off". */
const FAR = 8;

/** Whether a word of the class stands among the words from `from` to the end of what was found, although the phrase itself has none. */
function hasAmong(
  wordClass: WordClass | undefined,
  { source, end }: Found<string>,
  tokens: string[],
  from: number,
): boolean {
  if (source.split(/[\s|+?]/).some((word) => hasWord(wordClass, foldedWord(word)))) return false;
  return tokens.slice(Math.max(0, from), end).some((token) => hasWord(wordClass, token));
}

/** Whether a negation or condition governs what was found: "was not, as promised, lifted". `clause` is the token with which its clause begins. */
export const isGoverned = (
  book: PhraseBook,
  found: Found<string>,
  tokens: string[],
  clause: number,
): boolean =>
  hasAmong(
    book.classes.get('barrier'),
    found,
    tokens,
    Math.min(found.start - NEAR, Math.max(clause, found.start - FAR)),
  );

/** Whether what was found is told as to come, or as what could be: "will be taken off", "would have been lifted". */
export const isOutstanding = (book: PhraseBook, found: Found<string>, tokens: string[]): boolean =>
  hasAmong(book.classes.get('modal'), found, tokens, found.start - NEAR);

/** Words behind it in which the thing that it is about still stands: "we removed the attachment". */
const OBJECT = 4;

/** The words with those left blank that name a thing which no block is, such as an account or a list of readers. */
function withoutOtherThings({ classes }: PhraseBook, words: string[]): string[] {
  const left = [...words];
  const other = classes.get('no-block');
  if (!other) return left;
  for (const at of words.keys()) left.fill('', at, Math.max(at, endOfClass(other, words, at, classes)));
  return left;
}

/**
 * Whether what was found is about a thing that no block is, such as an account, a link or an office, and names no block, list
 * or address. A refusal stays one, whatever it is about.
 */
export const isAboutOtherThing = (book: PhraseBook, found: Found<Signal>, tokens: string[]): boolean => {
  if (found.signal === 'denied' || !(FINDINGS as readonly Signal[]).includes(found.signal)) return false;
  const from = Math.max(0, found.start - NEAR);
  const left = withoutOtherThings(book, tokens).slice(from, found.end + OBJECT);
  const names = (name: string, words: string[]): boolean =>
    words.some((word) => hasWord(book.classes.get(name), word));
  return (
    left.some((word, at) => word !== tokens[from + at]) &&
    !left.includes(ADDRESS_TOKEN) &&
    !names('block', left) &&
    !names('list', left.slice(found.start - from))
  );
};

/** Whether a negated removal stands inside of what was found, although the phrase names none: "can not be removed from the list". */
export const deniesRemoval = (book: PhraseBook, found: Found<string>, tokens: string[]): boolean =>
  hasAmong(book.classes.get('lifted'), found, tokens, found.start) &&
  tokens.slice(found.start, found.end).some((token) => hasWord(book.classes.get('barrier'), token));
