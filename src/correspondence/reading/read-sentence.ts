import { deniesRemoval, isAboutOtherThing, isGoverned, isOutstanding } from './near-words.ts';
import { LAYOUT } from './newest-part.ts';
import { FINDINGS, type Found, findPhrases, type PhraseBook, type Signal } from './phrase-book.ts';
import { endOfClass } from './phrase-pattern.ts';
import { withoutInserted } from './sentences.ts';
import { clauseEnds, type Span, supposedIn } from './supposed.ts';
import { tokensOf } from './tokens.ts';
import { type Reading, standingSignals } from './verdict-rules.ts';

const MAX_SENTENCE_TOKENS = 150;
/** "Fixed!": so short a sentence may be the result by itself, as a heading is. */
const MAX_SHOUT_WORDS = 3;
const SHOUT_END = /[.!]$/;
const TERSE_END = /[.!\p{L}\p{N}]$/u;
/** A shorter question ("Any news?", "Questions?") asks us nothing. */
const LEAST_QUESTION_WORDS = 4;
/** Signals that a negation nearby must never let through. */
const GUARDED: Signal[] = ['mitigated', 'will-be-mitigated', 'conditional'];

/** What a question can say: that something is asked. What it asks about is not told by it. */
const ASKING: Signal[] = [
  'request',
  'click',
  'answer-first',
  'report-back',
  'survey',
  'offer',
  'condition',
  'absence',
];

/** "No, the block was removed": the answering word negates nothing in its sentence. */
function withoutAnswerWord(text: string): string {
  const comma = text.slice(0, 8).indexOf(',');
  return comma > 0 && LAYOUT.answerWords.includes(text.slice(0, comma).toLowerCase())
    ? text.slice(comma + 1)
    : text;
}

/** "Not only did we remove it": the negation negates nothing, and its words are left blank. */
function withoutNotOnly(tokens: string[], books: PhraseBook[]): string[] {
  const told = [...tokens];
  for (const { classes } of books) {
    const notOnly = classes.get('not-only');
    if (!notOnly) continue;
    for (const at of tokens.keys()) told.fill('', at, Math.max(at, endOfClass(notOnly, tokens, at, classes)));
  }
  return told;
}

/** What is told as to come was not done yet: a condition beside it leaves it open. */
const asPromised = (found: Found<Signal>, outstanding: boolean): Found<Signal> =>
  outstanding && found.signal === 'mitigated' ? { ...found, signal: 'will-be-mitigated' } : found;

/** What is no fact in a clause that supposes: a finding, and what would be asked for. */
const isSupposable = (signal: Signal): boolean =>
  signal === 'request' || (FINDINGS as readonly Signal[]).includes(signal);

/** Words at the beginning of a supposing stretch by which a phrase can be about it: "I asked for ... and it was done". */
const OPENING = 3;

/**
 * What is only supposed ("if the block stays", "if we need more", "you wrote that it was lifted") is not said. A phrase that begins with
 * such a word itself ("if it were up to us") stays; relief does only if it names it, since "you" may be what was lifted.
 */
function withoutSupposed(found: Found<Signal>[], spans: Span[], tokens: string[]): Found<Signal>[] {
  const names = ({ source }: Found<Signal>, start: number): boolean => {
    const words = source.split(/[\s|+?]/);
    return tokens.slice(start, start + OPENING).some((token) => words.includes(token));
  };
  const isIn = (one: Found<Signal>, { start, end }: Span): boolean =>
    one.start === start
      ? GUARDED.includes(one.signal) && !names(one, start)
      : one.start > start && one.start < end;
  return found.filter((one) => !isSupposable(one.signal) || !spans.some((span) => isIn(one, span)));
}

/**
 * Without refusals that reach over one end of a clause into relief with which the next one begins: "it is not blocked any
 * more, we have lifted it" does not say "not lifted".
 */
const withoutLeaps = (found: Found<Signal>[], ends: number[]): Found<Signal>[] =>
  found.filter((one) => {
    const crossed = ends.filter((end) => end > one.start && end < one.end);
    return !(
      one.signal === 'denied' &&
      crossed.length === 1 &&
      found.some(({ signal, start }) => signal === 'mitigated' && start === crossed[0])
    );
  });

/** The phrases found in words that stand together. */
function phrasesIn(text: string, books: PhraseBook[], isTerse: boolean): Found<Signal>[] {
  const told = withoutAnswerWord(text);
  const tokens = withoutNotOnly(tokensOf(told).slice(0, MAX_SENTENCE_TOKENS), books);
  const ends = clauseEnds(told);
  const clauseOf = (one: Found<Signal>): number => ends.findLast((end) => end <= one.start) ?? 0;
  const holds = (book: PhraseBook, one: Found<Signal>): boolean =>
    (!GUARDED.includes(one.signal) || !isGoverned(book, one, tokens, clauseOf(one))) &&
    (one.signal !== 'not-blocked' || !deniesRemoval(book, one, tokens)) &&
    !books.some((any) => isAboutOtherThing(any, one, tokens));
  const ungoverned = (book: PhraseBook, found: Found<Signal>[]): Found<Signal>[] =>
    found.filter((one) => holds(book, one));
  const found = books.flatMap((book) =>
    withoutSupposed(
      withoutLeaps(ungoverned(book, findPhrases(book, book.phrases, tokens)), ends),
      supposedIn(tokens, ends, book),
      tokens,
    ).map((one) => asPromised(one, isOutstanding(book, one, tokens))),
  );
  const isQuestion = /[?？]["')\]]?$/.test(text);
  if (tokens.length <= MAX_SHOUT_WORDS && (isTerse ? TERSE_END : SHOUT_END).test(text)) {
    found.push(...books.flatMap((book) => ungoverned(book, findPhrases(book, book.headings, tokens))));
  }
  if (isQuestion && tokens.length >= LEAST_QUESTION_WORDS)
    found.push({ signal: 'request', language: '', source: '?', start: tokens.length, end: tokens.length });
  return isQuestion ? found.filter(({ signal }) => ASKING.includes(signal)) : found;
}

/** Beside these a request is one for later, or words of what was found. */
const HANGS: Signal[] = ['condition', 'offer', 'not-blocked'];

/** What is asked for outright is told apart: with it, nothing found so far is no result yet. */
function withAsked(found: Found<Signal>[]): Found<Signal>[] {
  const request = found.find(({ signal, source }) => signal === 'request' && source !== '?');
  return request && !found.some(({ signal }) => HANGS.includes(signal))
    ? [...found, { ...request, signal: 'asked' }]
    : found;
}

/** What turns against the words before it is told only where nothing behind it was understood. */
const withoutUnderstood = (found: Found<Signal>[]): Found<Signal>[] =>
  found.filter(
    (one) =>
      one.signal !== 'contrary' ||
      !found.some(({ signal, end }) => signal !== 'contrary' && signal !== 'condition' && end > one.start),
  );

/** Moved behind all words of the parts before it, so that it overlaps with nothing of theirs. */
const behind = (found: Found<Signal>[], part: number): Found<Signal>[] =>
  found.map((one) => ({
    ...one,
    start: one.start + part * 2 * MAX_SENTENCE_TOKENS,
    end: one.end + part * 2 * MAX_SENTENCE_TOKENS,
  }));

/**
 * What one sentence says: the phrases found in it, less those that others silence. No phrase goes from its words in
 * brackets into the others, but a condition in brackets holds for the whole. A terse answer needs no full stop.
 */
export function readSentence(text: string, books: PhraseBook[], isTerse = false): Reading {
  const { main, inserted } = withoutInserted(text);
  const found = [main, ...inserted].flatMap((part, at) => behind(phrasesIn(part, books, isTerse), at));
  return { text, found: withAsked(withoutUnderstood(standingSignals(found))) };
}
