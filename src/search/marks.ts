/** A piece of a text, and whether it is what was looked for. */
export type Piece = { text: string; found: boolean };

/** Signs for private use: no text has them, since they are taken out of it before. */
export const SIGNS = { from: '\u{e000}', to: '\u{e001}' };

/** Marks parts of a text in capital or small letters. */
function markFragments(text: string, fragments: string[]): string {
  const low = text.toLowerCase();
  // Where small letters take another room the places would not fit.
  if (low.length !== text.length) return text;
  const spans = fragments
    .map((part) => ({ at: low.indexOf(part.toLowerCase()), length: part.length }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => b.at - a.at);
  let before = text.length;
  let marked = text;
  for (const { at, length } of spans) {
    if (at + length > before) continue;
    marked = `${marked.slice(0, at)}${SIGNS.from}${marked.slice(at, at + length)}${SIGNS.to}${marked.slice(at + length)}`;
    before = at;
  }
  return marked;
}

/** A marked text in pieces. Where nothing is marked, fragments of it are. */
export function piecesOf(marked: string, fragments: string[] = []): Piece[] {
  const text = marked.includes(SIGNS.from) ? marked : markFragments(marked, fragments);
  return text
    .split(/([\u{e000}\u{e001}])/u)
    .reduce<{ pieces: Piece[]; found: boolean }>(
      ({ pieces, found }, part) =>
        part === SIGNS.from || part === SIGNS.to
          ? { pieces, found: part === SIGNS.from }
          : { pieces: part ? [...pieces, { text: part, found }] : pieces, found },
      { pieces: [], found: false },
    ).pieces;
}

export const plainText = (pieces: Piece[]): string => pieces.map(({ text }) => text).join('');
