import type { Span } from './finding.ts';

/** Stands for what is not ours and is not judged: no word of a phrase runs over it. */
const HIDDEN = '\uFFFC';
const WHITE = /\s/u;
/** Characters that nobody sees; words are found in spite of them. */
const UNSEEN = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/u;
const MARK = /\p{M}/u;
/** A letter with more marks on it than any language puts there is read without the rest. */
const MAX_MARKS = 8;

/** A text in lower case, composed, with single blanks, that knows where each of its units stood. */
export type Folded = { text: string; starts: number[]; ends: number[] };

/** Folds a text in one pass. `hidden` spans, in order, are left out. */
export function fold(source: string, hidden: Span[] = []): Folded {
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  const put = (units: string, start: number, end: number) => {
    text += units;
    for (let at = 0; at < units.length; at += 1) {
      starts.push(start);
      ends.push(end);
    }
  };
  let skip = 0;
  for (let at = 0; at < source.length; ) {
    const span = hidden[skip];
    if (span && at >= span.start) {
      put(HIDDEN, span.start, span.end);
      at = Math.max(at, span.end);
      skip += 1;
      continue;
    }
    const start = at;
    let sign = String.fromCodePoint(source.codePointAt(at) ?? 0);
    at += sign.length;
    if (sign < '\u0080') {
      if (WHITE.test(sign)) {
        if (!text.endsWith(' ')) put(' ', start, at);
        continue;
      }
    } else if (UNSEEN.test(sign)) continue;
    else if (WHITE.test(sign)) {
      if (!text.endsWith(' ')) put(' ', start, at);
      continue;
    }
    for (let marks = 0; at < source.length; marks += 1) {
      const next = String.fromCodePoint(source.codePointAt(at) ?? 0);
      if (next < '\u0300' || !MARK.test(next)) break;
      at += next.length;
      if (marks < MAX_MARKS) sign += next;
    }
    put(sign === '’' ? "'" : sign.normalize('NFC').toLowerCase(), start, at);
  }
  return { text, starts, ends };
}

const isWordChar = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);

/** Where a phrase stands as whole words, at most `most` times; `*` at its end stands for any ending. */
export function findPhrase({ text, starts, ends }: Folded, phrase: string, most: number): Span[] {
  const isPrefix = phrase.endsWith('*');
  const words = isPrefix ? phrase.slice(0, -1) : phrase;
  const endsInWord = !isPrefix && isWordChar(words.at(-1));
  const found: Span[] = [];
  for (let at = text.indexOf(words); at !== -1 && found.length < most; at = text.indexOf(words, at + 1)) {
    if (isWordChar(words[0]) && isWordChar(text[at - 1])) continue;
    let last = at + words.length;
    if (endsInWord && isWordChar(text[last])) continue;
    if (isPrefix) while (last < text.length && last - at < 60 && isWordChar(text[last])) last += 1;
    found.push({ start: starts[at] ?? 0, end: ends[last - 1] ?? 0 });
  }
  return found;
}

/** Shorter words of others than this are no quotation, and a letter quotes no text oftener than this. */
const LEAST_QUOTED = 8;
const MOST_QUOTED = 20;

/** Where a text that is not ours stands in another, from front to back. */
export function spansOf(text: string, quoted: string): Span[] {
  if (quoted.length < LEAST_QUOTED) return [];
  const spans: Span[] = [];
  for (
    let at = text.indexOf(quoted);
    at !== -1 && spans.length < MOST_QUOTED;
    at = text.indexOf(quoted, at + quoted.length)
  )
    spans.push({ start: at, end: at + quoted.length });
  return spans;
}
