import type { CompiledMatch } from './text-match.ts';

/** Finds, in one pass over a text, the entries of which at least one literal occurs in it. */
export type LiteralIndex = { byStart: Map<string, { literal: string; entry: number }[]>; always: number[] };

/** Literals are looked up by their first three characters; shorter ones cannot be indexed. */
const START = 3;

/** The literals of which one must occur for the match to hold; none when words alone cannot decide. */
function anchors(match: CompiledMatch): string[] {
  const best = [...match.all].sort((a, b) => b.length - a.length)[0];
  const chosen = best !== undefined ? [best] : match.any;
  return chosen.every((literal) => literal.length >= START) ? chosen : [];
}

function addLiteral(index: LiteralIndex, literal: string, entry: number): void {
  const start = literal.slice(0, START);
  const bucket = index.byStart.get(start);
  if (bucket) bucket.push({ literal, entry });
  else index.byStart.set(start, [{ literal, entry }]);
}

/** Entries are named by their position. */
export function buildLiteralIndex(entries: CompiledMatch[]): LiteralIndex {
  const index: LiteralIndex = { byStart: new Map(), always: [] };
  entries.forEach((match, entry) => {
    const literals = anchors(match);
    if (literals.length === 0) index.always.push(entry);
    for (const literal of literals) addLiteral(index, literal, entry);
  });
  return index;
}

/** Positions of the entries that may match a folded text, in their order. */
export function candidates(index: LiteralIndex, text: string): number[] {
  const found = new Set(index.always);
  for (let at = 0; at + START <= text.length; at += 1) {
    for (const { literal, entry } of index.byStart.get(text.slice(at, at + START)) ?? []) {
      if (!found.has(entry) && text.startsWith(literal, at)) found.add(entry);
    }
  }
  return [...found].sort((a, b) => a - b);
}
