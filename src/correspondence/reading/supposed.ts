import type { PhraseBook } from './phrase-book.ts';
import { endOfClass } from './phrase-pattern.ts';
import { tokensOf } from './tokens.ts';

export type Span = { start: number; end: number };

/** Where a clause ends: a comma, a semicolon, a colon, a dash between words, or where what was found of it is told. */
const CLAUSE_END =
  /[,;:，；：]\s|\s[-–—]\s|\s(?=(?:and|und)\s(?:found|find|saw|see|nothing|haben|konnten)\s)/u;

/** The tokens with which the clauses of a sentence end (exclusive), in order. */
export function clauseEnds(sentence: string): number[] {
  let end = 0;
  return sentence.split(CLAUSE_END).map((clause) => {
    end += tokensOf(clause).length;
    return end;
  });
}

/**
 * The stretches of a sentence that suppose, ask or tell what somebody said: from a word of the book's class `supposed`
 * ("if", "whether", "you wrote that") to the end of its clause. What stands there is not said as a fact.
 */
export function supposedIn(tokens: string[], ends: number[], book: PhraseBook): Span[] {
  const supposed = book.classes.get('supposed');
  if (!supposed) return [];
  const spans: Span[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (endOfClass(supposed, tokens, at, book.classes) < 0) continue;
    const end = ends.find((one) => one > at) ?? tokens.length;
    spans.push({ start: at, end });
    at = end - 1;
  }
  return spans;
}
