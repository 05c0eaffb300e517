import type { CompiledMatch } from './text-match.ts';

/** A literal that an entry needs, and where in it the three characters stand by which it is looked up. */
type Literal = { literal: string; at: number; entry: number };

/** Finds, in one pass over a text, the entries of which at least one literal occurs in it. */
export type LiteralIndex = {
  /** By the number of three characters, which list of literals; 0 is none. */
  slots: Uint16Array;
  lists: Literal[][];
  /** Too short for three characters. */
  short: Literal[];
  always: Candidate[];
  /** By entry, what was found of it: used within one search. */
  found: (Candidate | null)[];
};

/** An entry that may match; how long its longest literal in the text is, 0 when none was looked up. */
export type Candidate = { entry: number; words: number };

/** Literals are looked up by three of their characters; shorter ones cannot be indexed, but see below. */
const THREE = 3;
const SLOT_BITS = 14;

/** Chinese and Japanese words of two characters are rare enough in replies to be looked for one by one. */
const TWO = 2;
const FIRST_IDEOGRAPHIC = 0x2e80;

const canBeIndexed = (literal: string): boolean =>
  literal.length >= THREE || (literal.length === TWO && literal.charCodeAt(0) >= FIRST_IDEOGRAPHIC);

/** The literals of which one must occur for the match to hold; none when words alone cannot decide. */
function anchors(match: CompiledMatch): string[] {
  const [best] = match.all;
  const chosen = best !== undefined ? [best] : match.any;
  return chosen.every(canBeIndexed) ? chosen : [];
}

/** One more character behind two or more: a number of the last three. */
const shifted = (three: number, code: number): number =>
  ((three << 8) | ((code ^ (code >>> 8)) & 255)) & 0xffffff;

/** Other characters may have the same number, so what is found by it is compared. */
const slotOf = (three: number): number => Math.imul(three, 0x9e3779b1) >>> (32 - SLOT_BITS);

/** The slots of a literal, by place. */
function slotsOf(literal: string): number[] {
  const slots: number[] = [];
  let three = shifted(shifted(0, literal.charCodeAt(0)), literal.charCodeAt(1));
  for (let at = TWO; at < literal.length; at += 1) {
    three = shifted(three, literal.charCodeAt(at));
    slots.push(slotOf(three));
  }
  return slots;
}

/** How often the characters of each slot are in texts: by its rarest ones, a literal is looked up least often. */
function countSlots(texts: string[]): Uint32Array {
  const counts = new Uint32Array(1 << SLOT_BITS);
  for (const text of texts) for (const slot of slotsOf(text)) counts[slot] = (counts[slot] ?? 0) + 1;
  return counts;
}

/** Entries are named by their position; `texts` show what is usual in those that will be searched, folded. */
export function buildLiteralIndex(entries: CompiledMatch[], texts: string[] = []): LiteralIndex {
  const counts = countSlots([...texts, ...entries.flatMap(anchors)]);
  const index: LiteralIndex = {
    slots: new Uint16Array(1 << SLOT_BITS),
    lists: [[]],
    short: [],
    always: [],
    found: entries.map(() => null),
  };
  entries.forEach((match, entry) => {
    const literals = anchors(match);
    if (literals.length === 0) index.always.push({ entry, words: 0 });
    for (const literal of literals) addLiteral(index, counts, literal, entry);
  });
  return index;
}

function addLiteral(index: LiteralIndex, counts: Uint32Array, literal: string, entry: number): void {
  if (literal.length < THREE) {
    index.short.push({ literal, at: 0, entry });
    return;
  }
  const slots = slotsOf(literal);
  const rarity = slots.map((slot) => counts[slot] ?? 0);
  const at = rarity.indexOf(Math.min(...rarity));
  const slot = slots[at] ?? 0;
  if (index.slots[slot] === 0) index.slots[slot] = index.lists.push([]) - 1;
  index.lists[index.slots[slot] ?? 0]?.push({ literal, at, entry });
}

function note(index: LiteralIndex, { literal, entry }: Literal, all: Candidate[]): void {
  const known = index.found[entry];
  if (known) {
    known.words = Math.max(known.words, literal.length);
    return;
  }
  const candidate = { entry, words: literal.length };
  index.found[entry] = candidate;
  all.push(candidate);
}

/** The entries that may match a folded text, in any order. */
export function candidates(index: LiteralIndex, text: string): Candidate[] {
  const { slots, lists } = index;
  const all: Candidate[] = [];
  let three = 0;
  let hasIdeographs = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    three = shifted(three, code);
    if (code >= FIRST_IDEOGRAPHIC) hasIdeographs = true;
    const list = slots[slotOf(three)] as number;
    if (list === 0 || at < TWO) continue;
    for (const each of lists[list] as Literal[])
      if (text.startsWith(each.literal, at - TWO - each.at)) note(index, each, all);
  }
  if (hasIdeographs) for (const each of index.short) if (text.includes(each.literal)) note(index, each, all);
  for (const { entry } of all) index.found[entry] = null;
  all.push(...index.always);
  return all;
}
