import { foldedWord, hasNoBlanks } from './tokens.ts';

/**
 * A phrase pattern, as the phrase books write it: elements with blanks between them.
 *
 * - `word` is that word, `word*` any word that starts so; `a|b` is either; `turned+down|refused` has an
 *   alternative of two words
 * - `<name>` is any member of a word class of the same book (a member may be several words)
 * - `#` is a number
 * - `_` leaves out up to four words, `_2` up to two; never a word of the class `barrier` (negations,
 *   conditions), so that "has not been lifted" is no "has been lifted", nor one of the class `clause` ("please", "but"),
 *   with which something new begins; `__` leaves out up to sixteen of any
 * - a `?` behind an element makes it optional
 * - `^` in front of all stands for the beginning of the sentence, `$` behind all for its end
 */
type Step =
  | { kind: 'start' }
  | { kind: 'end' }
  | { kind: 'word'; alternatives: Alternative[]; optional: boolean }
  | { kind: 'gap'; most: number; barred: boolean };
type Alternative = {
  exact?: string;
  prefix?: string;
  number?: true;
  wordClass?: string;
  phrase?: PhrasePattern;
};
export type PhrasePattern = Step[];

/** A word class: single words for a quick look-up, members of several words apart. */
export type WordClass = { exact: Set<string>; prefixes: string[]; phrases: PhrasePattern[] };
export type WordClasses = Map<string, WordClass>;

/** A pattern that cannot be read. */
export class BadPhrasePattern extends Error {
  override name = 'BadPhrasePattern';
}

export const NUMBER = /^\d+$/;
const GAP = /^_(_|\d)?$/;

function alternativeOf(word: string): Alternative {
  if (word.includes('+')) return { phrase: readPattern(word.replaceAll('+', ' ')) };
  if (hasNoBlanks(word)) return { phrase: readPattern(word) };
  if (word === '#') return { number: true };
  if (word.startsWith('<') && word.endsWith('>')) return { wordClass: word.slice(1, -1) };
  if (word.endsWith('*')) return { prefix: foldedWord(word.slice(0, -1)) };
  return { exact: foldedWord(word) };
}

function stepsOf(element: string): Step[] {
  if (element === '^') return [{ kind: 'start' }];
  if (element === '$') return [{ kind: 'end' }];
  const gap = GAP.exec(element);
  if (gap) return [{ kind: 'gap', most: gap[1] === '_' ? 16 : Number(gap[1] ?? 4), barred: gap[1] !== '_' }];
  if (hasNoBlanks(element) && !element.includes('|')) {
    return [...element].map((sign) => ({
      kind: 'word',
      alternatives: [{ exact: foldedWord(sign) }],
      optional: false,
    }));
  }
  const optional = element.endsWith('?');
  const words = (optional ? element.slice(0, -1) : element).split('|');
  if (words.some((word) => word === '')) throw new BadPhrasePattern(`empty alternative in "${element}"`);
  return [{ kind: 'word', alternatives: words.map(alternativeOf), optional }];
}

/** Reads a pattern. Throws {@link BadPhrasePattern}. */
export function readPattern(source: string): PhrasePattern {
  const steps = source.trim().split(/\s+/).flatMap(stepsOf);
  const first = steps.find(({ kind }) => kind !== 'start');
  if (first?.kind !== 'word' || first.optional)
    throw new BadPhrasePattern(`"${source}" must start with a word`);
  return steps;
}

/** Names of the classes that a pattern uses. */
export function classesOf(pattern: PhrasePattern): string[] {
  return pattern.flatMap((step) =>
    step.kind !== 'word' ? [] : step.alternatives.flatMap((one) => one.wordClass ?? []),
  );
}

/** Reads the members of a class. Throws {@link BadPhrasePattern}. */
export function readWordClass(members: string[]): WordClass {
  const single = members.filter((member) => !/[\s<|#]/.test(member.trim()) && !hasNoBlanks(member));
  const prefixes = single.filter((member) => member.endsWith('*'));
  return {
    exact: new Set(single.filter((member) => !member.endsWith('*')).map(foldedWord)),
    prefixes: prefixes.map((member) => foldedWord(member.slice(0, -1))),
    phrases: members.filter((member) => !single.includes(member)).map(readPattern),
  };
}

/** True when the class has this word as a member of one word. */
export function hasWord(wordClass: WordClass | undefined, token: string): boolean {
  if (!wordClass) return false;
  return wordClass.exact.has(token) || wordClass.prefixes.some((prefix) => token.startsWith(prefix));
}

/** Ends (exclusive) of the members of a class that stand at `at`. */
function endsOfClass(wordClass: WordClass, tokens: string[], at: number, classes: WordClasses): number[] {
  const ends = hasWord(wordClass, tokens[at] ?? '') ? [at + 1] : [];
  for (const phrase of wordClass.phrases) {
    const end = endOfMatch(phrase, tokens, at, classes);
    if (end > at) ends.push(end);
  }
  return ends;
}

/** Where the longest member of a class that stands at `at` ends (exclusive); -1 when none does. */
export const endOfClass = (
  wordClass: WordClass,
  tokens: string[],
  at: number,
  classes: WordClasses,
): number => Math.max(-1, ...endsOfClass(wordClass, tokens, at, classes));

/** Ends (exclusive) of what an alternative covers from `at` on. */
function endsOf(one: Alternative, tokens: string[], at: number, classes: WordClasses): number[] {
  const token = tokens[at];
  if (token === undefined) return [];
  if (one.exact !== undefined) return one.exact === token ? [at + 1] : [];
  if (one.prefix !== undefined) return token.startsWith(one.prefix) ? [at + 1] : [];
  if (one.number) return NUMBER.test(token) ? [at + 1] : [];
  if (one.phrase) return [endOfMatch(one.phrase, tokens, at, classes)].filter((end) => end >= 0);
  const wordClass = classes.get(one.wordClass ?? '');
  return wordClass ? endsOfClass(wordClass, tokens, at, classes) : [];
}

type Gap = Step & { kind: 'gap' };

function afterGap(
  gap: Gap,
  pattern: PhrasePattern,
  from: number,
  tokens: string[],
  at: number,
  classes: WordClasses,
): number {
  const barriers = gap.barred ? [classes.get('barrier'), classes.get('clause')] : [];
  for (let skipped = 0; skipped <= gap.most && at + skipped <= tokens.length; skipped += 1) {
    const end = endOfMatch(pattern, tokens, at + skipped, classes, from);
    if (end >= 0) return end;
    if (barriers.some((words) => hasWord(words, tokens[at + skipped] ?? ''))) return -1;
  }
  return -1;
}

/** Where the pattern, from step `from` on, ends (exclusive) when it starts at `at`; -1 when it does not. */
export function endOfMatch(
  pattern: PhrasePattern,
  tokens: string[],
  at: number,
  classes: WordClasses,
  from = 0,
): number {
  const step = pattern[from];
  if (!step) return at;
  if (step.kind === 'start') return at === 0 ? endOfMatch(pattern, tokens, at, classes, from + 1) : -1;
  if (step.kind === 'end')
    return at === tokens.length ? endOfMatch(pattern, tokens, at, classes, from + 1) : -1;
  if (step.kind === 'gap') return afterGap(step, pattern, from + 1, tokens, at, classes);
  for (const one of step.alternatives) {
    for (const start of endsOf(one, tokens, at, classes)) {
      const end = endOfMatch(pattern, tokens, start, classes, from + 1);
      if (end >= 0) return end;
    }
  }
  return step.optional ? endOfMatch(pattern, tokens, at, classes, from + 1) : -1;
}

/** What a pattern can begin with: whole words, beginnings of words, or (`number`) any number. */
export type Beginnings = { words: Set<string>; prefixes: Set<string>; number: boolean };

/** Adds what the pattern can begin with, classes and nested phrases resolved. */
export function addBeginnings(pattern: PhrasePattern, classes: WordClasses, found: Beginnings): void {
  const first = pattern.find(({ kind }) => kind !== 'start');
  if (first?.kind !== 'word') return;
  for (const { exact, prefix, number, phrase, wordClass } of first.alternatives) {
    if (exact !== undefined) found.words.add(exact);
    if (prefix !== undefined) found.prefixes.add(prefix);
    if (number) found.number = true;
    if (phrase) addBeginnings(phrase, classes, found);
    const members = classes.get(wordClass ?? '');
    for (const word of members?.exact ?? []) found.words.add(word);
    for (const one of members?.prefixes ?? []) found.prefixes.add(one);
    for (const one of members?.phrases ?? []) addBeginnings(one, classes, found);
  }
}
