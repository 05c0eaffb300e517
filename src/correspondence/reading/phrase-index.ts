import {
  addBeginnings,
  type Beginnings,
  NUMBER,
  type PhrasePattern,
  type WordClasses,
} from './phrase-pattern.ts';

/** Gives the patterns that can begin with a word, by their place in the list that was indexed. */
export type PhraseIndex = (token: string) => number[];

/** Most patterns begin with other words than the one at hand: only the rest is tried. */
export function indexPhrases(patterns: PhrasePattern[], classes: WordClasses): PhraseIndex {
  const byWord = new Map<string, number[]>();
  const byPrefix = new Map<string, number[]>();
  const numbers: number[] = [];
  const add = (places: Map<string, number[]>, word: string, at: number): void => {
    places.set(word, [...(places.get(word) ?? []), at]);
  };
  for (const [at, pattern] of patterns.entries()) {
    const found: Beginnings = { words: new Set(), prefixes: new Set(), number: false };
    addBeginnings(pattern, classes, found);
    for (const word of found.words) add(byWord, word, at);
    for (const prefix of found.prefixes) add(byPrefix, prefix, at);
    if (found.number) numbers.push(at);
  }
  const longest = Math.max(0, ...[...byPrefix.keys()].map((prefix) => prefix.length));
  return (token) => {
    const places = new Set([...(byWord.get(token) ?? []), ...(NUMBER.test(token) ? numbers : [])]);
    for (let length = 1; length <= Math.min(token.length, longest); length += 1)
      for (const at of byPrefix.get(token.slice(0, length)) ?? []) places.add(at);
    return [...places].sort((one, other) => one - other);
  };
}
