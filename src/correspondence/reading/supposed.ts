import type { PhraseBook } from './phrase-book.ts';
import { endOfClass } from './phrase-pattern.ts';
import { tokensOf } from './tokens.ts';

export type Span = { start: number; end: number };

/** Where a clause ends: a comma, a semicolon, a colon, a dash between words. */
const CLAUSE_END = /[,;:，；：]\s|\s[-–—]\s/u;

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
 * ("if", "whether", "you wrote that") to the end of its clause, or, where it is
 * a clause of its own ("as you write,"), of the next one, or to a word of the class `found-out` ("whether it is listed
 * and found nothing"). What stands there is not said as a fact.
 */
export function supposedIn(tokens: string[], ends: number[], book: PhraseBook): Span[] {
  const supposed = book.classes.get('supposed');
  if (!supposed) return [];
  const foundOut = book.classes.get('found-out');
  const isFoundOut = (at: number) =>
    foundOut !== undefined && endOfClass(foundOut, tokens, at, book.classes) >= 0;
  const spans: Span[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const behind = endOfClass(supposed, tokens, at, book.classes);
    if (behind < 0) continue;
    const ownClause = behind - at > 1 && ends.includes(behind);
    const clause = ends.find((one) => one > (ownClause ? behind : behind - 1)) ?? tokens.length;
    let end = at + 1;
    while (end < clause && !isFoundOut(end)) end += 1;
    spans.push({ start: at, end });
    at = end - 1;
  }
  return spans;
}
