import type { Place, Span } from './finding.ts';

const END = /[.!?…]["'”»)]?[ \t\u00a0]+|\n/gu;
const ORDINAL = /\s\d{1,2}$/;
const UPPER = /^[\p{Lu}\p{N}„“"«(¿¡–]/u;

/** The sentences of a text as spans that leave no gap but white space. Linear: one pass over the text. */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  const close = (end: number) => {
    const piece = text.slice(from, end);
    const start = from + (piece.length - piece.trimStart().length);
    const stop = from + piece.trimEnd().length;
    if (stop > start) spans.push({ start, end: stop });
    from = end;
  };
  for (const { index, 0: found } of text.matchAll(END)) {
    const end = index + found.length;
    // A small letter after the stop goes on with the same sentence, and so does a day: `am 9. März`.
    const isDay = ORDINAL.test(text.slice(Math.max(0, index - 3), index));
    if (found === '\n' || (!isDay && UPPER.test(text.slice(end, end + 2)))) close(end);
  }
  close(text.length);
  return spans;
}

/** The sentence in which a span begins. */
export function sentenceAt(sentences: Span[], { start }: Span): Span | undefined {
  let low = 0;
  let high = sentences.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = sentences[middle];
    if (!one) break;
    if (start < one.start) high = middle - 1;
    else if (start >= one.end) low = middle + 1;
    else return one;
  }
  return undefined;
}

export const placeIn = (field: Place['field'], sentences: Span[], span: Span): Place => ({
  ...span,
  field,
  sentence: sentenceAt(sentences, span) ?? span,
});
