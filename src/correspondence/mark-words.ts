import type { TextPart } from './fold-quotes.ts';

/** Part of a text, with the words in it that decided told apart. */
export type MarkedPart = TextPart & { pieces: { text: string; marked: boolean }[] };

const WHITE = /\s/u;

/** Where `words` stand in `text`, whatever white space and `>` lie between them; null where they do not. */
export function findWords(text: string, words: string): { start: number; end: number } | null {
  const plain = (sign: string) => !WHITE.test(sign) && sign !== '>';
  const wanted = [...words].filter(plain).join('');
  if (wanted === '') return null;
  let condensed = '';
  const places: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (!plain(sign)) continue;
    condensed += sign;
    places.push(at);
  }
  const found = condensed.indexOf(wanted);
  if (found < 0) return null;
  return { start: places[found] ?? 0, end: (places[found + wanted.length - 1] ?? 0) + 1 };
}

/** Marks the words that led to the verdict. A part that holds them is not folded. */
export function markWords(parts: TextPart[], words: string | null): MarkedPart[] {
  const place = words ? findWords(parts.map(({ text }) => text).join(''), words) : null;
  let begin = 0;
  return parts.map((part) => {
    const { text } = part;
    const from = Math.min(Math.max((place?.start ?? 0) - begin, 0), text.length);
    const to = Math.min(Math.max((place?.end ?? 0) - begin, 0), text.length);
    begin += text.length;
    const pieces = [
      { text: text.slice(0, from), marked: false },
      { text: text.slice(from, to), marked: true },
      { text: text.slice(to), marked: false },
    ].filter((piece) => piece.text !== '');
    return { ...part, folded: part.folded && to <= from, pieces };
  });
}
