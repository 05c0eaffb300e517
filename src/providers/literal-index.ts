import type { CompiledMatch } from './text-match.ts';

/** Finds, in one pass over a text, the entries of which at least one literal occurs in it. */
export type LiteralIndex = { byStart: Map<string, { literal: string; entry: number }[]>; always: number[] };

/** Literals are looked up by their first three characters; shorter ones cannot be indexed, but see below. */
const START = 3;

/** Chinese and Japanese words of two characters are rare enough in replies to be looked up by these. */
const SHORT_START = 2;
const FIRST_IDEOGRAPHIC = 0x2e80;

const isIdeographic = (text: string, at: number): boolean => text.charCodeAt(at) >= FIRST_IDEOGRAPHIC;

const canBeIndexed = (literal: string): boolean =>
  literal.length >= START || (literal.length === SHORT_START && isIdeographic(literal, 0));

/** The literals of which one must occur for the match to hold; none when words alone cannot decide. */
function anchors(match: CompiledMatch): string[] {
  const best = [...match.all].sort((a, b) => b.length - a.length)[0];
  const chosen = best !== undefined ? [best] : match.any;
  return chosen.every(canBeIndexed) ? chosen : [];
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
  const look = (start: string, at: number): void => {
    for (const { literal, entry } of index.byStart.get(start) ?? []) {
      if (!found.has(entry) && text.startsWith(literal, at)) found.add(entry);
    }
  };
  for (let at = 0; at + SHORT_START <= text.length; at += 1) {
    look(text.slice(at, at + START), at);
    if (isIdeographic(text, at)) look(text.slice(at, at + SHORT_START), at);
  }
  return [...found].sort((a, b) => a - b);
}
