import { readdirSync } from 'node:fs';
import { BadDataFile, checkData, fileName, readJson } from '../../data-file.ts';
import { closed, type Static, Type } from '../../json-schema.ts';
import { didYouMean } from '../../nearest.ts';
import { indexPhrases, type PhraseIndex } from './phrase-index.ts';
import {
  classesOf,
  endOfMatch,
  type PhrasePattern,
  readPattern,
  readWordClass,
  type WordClasses,
} from './phrase-pattern.ts';
import { foldedWord } from './tokens.ts';

/** What became of the block, or what will. */
export const FINDINGS = [
  'mitigated',
  'will-be-mitigated',
  'conditional',
  'limit',
  'still-limited',
  'withdrawn',
  'denied',
  'not-yet',
  'timer',
  'not-blocked',
  'closed',
  'no-reasons',
] as const;

/** What a phrase says. `verdict-signals.json` tells what follows from it. */
export const SIGNALS = [
  ...FINDINGS,
  'request',
  'asked',
  'click',
  'answer-first',
  'received',
  'thanks',
  'report-back',
  'absence',
  'returned',
  'newsletter',
  'undelivered',
  'maintenance',
  'survey',
  'practices',
  'elsewhere',
  'earlier',
  'repeated',
  'offer',
  'warning',
  'condition',
  'meaning',
  'usual',
  'pending',
  'before',
  'aside',
  'own-limits',
  'upstream',
  'theirs',
  'asked-about',
  'contrary',
] as const;
export type Signal = (typeof SIGNALS)[number];

/** Signals that a heading of a result table can give. */
export const HEADING_SIGNALS = ['conditional', 'denied', 'not-blocked', 'mitigated', 'request'] as const;
export type HeadingSignal = (typeof HEADING_SIGNALS)[number];

const Patterns = Type.Array(Type.String({ minLength: 1, maxLength: 600 }), { minItems: 1, maxItems: 500 });
/** One language: word classes and the phrases of each signal. See {@link readPattern} for how they are written. */
export const PhraseBookFile = Type.Object(
  {
    language: Type.String({ pattern: '^[a-z]{2}$' }),
    /** Frequent short words by which the language is recognised. */
    common: Patterns,
    classes: Type.Record(Type.String({ pattern: '^[a-z]+(-[a-z]+)*$' }), Patterns),
    signals: Type.Record(Type.Enum([...SIGNALS]), Patterns),
    headings: Type.Record(Type.Enum([...HEADING_SIGNALS]), Patterns),
  },
  closed,
);
export type PhraseBookFile = Static<typeof PhraseBookFile>;

export type Phrase<S extends string> = { signal: S; source: string; pattern: PhrasePattern };
export type PhraseBook = {
  language: string;
  common: Set<string>;
  classes: WordClasses;
  phrases: Phrase<Signal>[];
  headings: Phrase<HeadingSignal>[];
};

const Checked = {
  ...PhraseBookFile,
  properties: {
    ...PhraseBookFile.properties,
    signals: { type: 'object', propertyNames: { enum: [...SIGNALS] }, additionalProperties: Patterns },
    headings: {
      type: 'object',
      propertyNames: { enum: [...HEADING_SIGNALS] },
      additionalProperties: Patterns,
    },
  },
};

/** What is read, or {@link BadDataFile} with the place that cannot be. */
function readAt<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new BadDataFile(`${place}: ${(error as Error).message}`);
  }
}

/** The patterns of a part of the file; each names only word classes that there are. */
function phrasesOf<S extends string>(
  bySignal: Partial<Record<S, string[]>>,
  place: string,
  classes: WordClasses,
): Phrase<S>[] {
  const read = (signal: S, source: string): Phrase<S> => {
    const pattern = readAt(`${place}/${signal}`, () => readPattern(source));
    mustBeClasses(`${place}/${signal}: "${source}"`, classesOf(pattern), classes);
    return { signal, source, pattern };
  };
  return (Object.entries(bySignal) as [S, string[]][]).flatMap(([signal, sources]) =>
    sources.map((source) => read(signal, source)),
  );
}

function mustBeClasses(place: string, named: string[], classes: WordClasses): void {
  const unknown = named.find((key) => !classes.has(key));
  if (unknown === undefined) return;
  const known = [...classes.keys()];
  throw new BadDataFile(
    `${place} names a word class "${unknown}" that this file has not${didYouMean(unknown, known) || `; there is ${known.join(', ')}`}`,
  );
}

function readClasses(members: Record<string, string[]>, place: string): WordClasses {
  const classes: WordClasses = new Map(
    Object.entries(members).map(([key, words]) => [
      key,
      readAt(`${place}/${key}`, () => readWordClass(words)),
    ]),
  );
  for (const [key, { phrases }] of classes)
    mustBeClasses(`${place}/${key}`, phrases.flatMap(classesOf), classes);
  return classes;
}

/** Checks one file's content. Throws {@link BadDataFile}. */
export function readPhraseBook(data: unknown, name: string): PhraseBook {
  const file = checkData(Checked, data, name) as PhraseBookFile;
  const classes = readClasses(file.classes, `${name}: /classes`);
  return {
    language: file.language,
    common: new Set(file.common.map(foldedWord)),
    classes,
    phrases: phrasesOf<Signal>(file.signals, `${name}: /signals`, classes),
    headings: phrasesOf<HeadingSignal>(file.headings, `${name}: /headings`, classes),
  };
}

/** All phrase books of the folder. Throws {@link BadDataFile} on the first bad one. */
export function readPhraseBooks(folder: URL = new URL('./phrases/', import.meta.url)): PhraseBook[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
  return files
    .map((file) => new URL(file, folder))
    .map((file) => readPhraseBook(readJson(file), fileName(file)));
}

/** A phrase found in a sentence, as tokens from `start` to `end` (exclusive). */
export type Found<S extends string> = {
  signal: S;
  language: string;
  source: string;
  start: number;
  end: number;
};

const indexes = new WeakMap<object, PhraseIndex>();

/** Built once for each list of phrases. */
function indexOf<S extends string>(book: PhraseBook, phrases: Phrase<S>[]): PhraseIndex {
  const known = indexes.get(phrases);
  if (known) return known;
  const index = indexPhrases(
    phrases.map(({ pattern }) => pattern),
    book.classes,
  );
  indexes.set(phrases, index);
  return index;
}

/** Every place where a phrase of the book stands in the tokens; the longest stretch of each signal and start. */
export function findPhrases<S extends string>(
  book: PhraseBook,
  phrases: Phrase<S>[],
  tokens: string[],
): Found<S>[] {
  const found = new Map<string, Found<S>>();
  const index = indexOf(book, phrases);
  for (const [start, token] of tokens.entries()) {
    for (const at of index(token)) {
      const { signal, source, pattern } = phrases[at] as Phrase<S>;
      const end = endOfMatch(pattern, tokens, start, book.classes);
      const key = `${signal} ${start}`;
      if (end > start && end > (found.get(key)?.end ?? -1))
        found.set(key, { signal, language: book.language, source, start, end });
    }
  }
  return [...found.values()];
}

/**
 * The books whose languages the text may be in: at least a third as many of their frequent words as the best
 * one has. All books when there are none of any.
 */
export function booksFor(tokens: string[], books: PhraseBook[]): PhraseBook[] {
  const counts = books.map((book) =>
    tokens.reduce((count, token) => count + (book.common.has(token) ? 1 : 0), 0),
  );
  const most = Math.max(...counts);
  return most === 0
    ? books
    : books.filter((_, index) => {
        const count = counts[index] ?? 0;
        return count * 3 >= most || (count + 2 >= most && (count > 0 || most === 1));
      });
}
