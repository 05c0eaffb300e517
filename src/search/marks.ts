/** A piece of a text, and whether it is what was looked for. */
export type Piece = { text: string; found: boolean };

/** Signs for private use: no text has them, since they are taken out of it before. */
export const SIGNS = { from: '\u{e000}', to: '\u{e001}' };

/** Marks words, their other forms and parts of words in a short text, in capital or small letters. */
export function markWords(given: string, parts: string[]): string {
  const text = given.replace(/[\u{e000}\u{e001}]/gu, '');
  const low = text.toLowerCase();
  // Where small letters take another room the places would not fit.
  if (low.length !== text.length) return text;
  const marked = new Array<boolean>(text.length).fill(false);
  for (const part of parts.map((one) => one.toLowerCase()).filter((one) => one.length > 1))
    for (let at = low.indexOf(part); at >= 0; at = low.indexOf(part, at + part.length))
      marked.fill(true, at, at + part.length);
  return [...text.matchAll(/[\s\S]/g)]
    .map(([sign], at) => {
      const from = marked[at] && !marked[at - 1] ? SIGNS.from : '';
      const to = marked[at] && !marked[at + 1] ? SIGNS.to : '';
      return `${from}${sign}${to}`;
    })
    .join('');
}

/** A marked text in pieces. */
export function piecesOf(marked: string): Piece[] {
  let found = false;
  const pieces: Piece[] = [];
  for (const part of marked.split(/([\u{e000}\u{e001}])/u)) {
    if (part === SIGNS.from || part === SIGNS.to) found = part === SIGNS.from;
    else if (part) pieces.push({ text: part, found });
  }
  return pieces;
}

export const plainText = (pieces: Piece[]): string => pieces.map(({ text }) => text).join('');
