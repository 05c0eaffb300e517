import type { Match } from './schema.ts';

/** A text made ready for matching: folded for literals, and with its own case for patterns. */
export type Folded = { literal: string; cased: string };

/** Characters that mail systems write in several ways. */
const TYPOGRAPHIC: Record<string, string> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '\u00a0': ' ',
};

/** Longer texts are cut before any pattern sees them: no real reply comes near it. */
const LONGEST_TEXT = 4000;

/** Most texts have none of what folding changes, besides their case. */
const TO_BE_FOLDED = /[‘’“”–—]|[^\S ]| {2}/;

/** White space to single blanks, typographic quotes and dashes to plain ones, and case removed. */
export function fold(text: string): Folded {
  const cut = text.slice(0, LONGEST_TEXT);
  const cased = TO_BE_FOLDED.test(cut)
    ? cut.replace(/[‘’“”–—\u00a0]/gu, (char) => TYPOGRAPHIC[char] ?? char).replace(/\s+/g, ' ')
    : cut;
  return { literal: cased.toLowerCase(), cased };
}

export type CompiledMatch = {
  /** The longest first: it says most. */
  all: string[];
  any: string[];
  none: string[];
  pattern: RegExp | null;
  replyCodes: Set<string> | null;
  enhancedCodes: Set<string> | null;
};

const foldAll = (literals: string[] | undefined): string[] =>
  (literals ?? []).map((item) => fold(item).literal);

/** Throws a SyntaxError when the pattern is not a regular expression. */
export function compileMatch(match: Match): CompiledMatch {
  return {
    all: foldAll(match.all).sort((a, b) => b.length - a.length),
    any: foldAll(match.any),
    none: foldAll(match.none),
    pattern: match.pattern === undefined ? null : new RegExp(match.pattern, 'iu'),
    replyCodes: match.replyCodes ? new Set(match.replyCodes.map(String)) : null,
    enhancedCodes: match.enhancedCodes ? new Set(match.enhancedCodes) : null,
  };
}

/** What the conditions pinned down: the more characters, the more specific the rule. */
export type Hit = { weight: number; code: string | null };

/** The text and codes that a match is held against. */
export type Subject = { text: Folded; replyCode: string | null; enhancedCode: string | null };

/** How much a matching code counts against matching words. */
const ENHANCED_WEIGHT = 6;
const REPLY_WEIGHT = 2;

/** What a pattern skips over is no evidence, so a long find counts no more than this. */
const MOST_PATTERN_WEIGHT = 22;

function longest(literals: string[], text: string): number {
  let length = 0;
  for (const literal of literals)
    if (literal.length > length && text.includes(literal)) length = literal.length;
  return length;
}

/**
 * All given conditions must hold; undefined when one does not. `words` is the length of what is known to be in
 * the text: the first of `all`, or without those the longest of `any`; 0 when nothing is known.
 */
export function matches(compiled: CompiledMatch, subject: Subject, words = 0): Hit | undefined {
  const { literal, cased } = subject.text;
  let weight = 0;
  if (compiled.replyCodes) {
    if (subject.replyCode === null || !compiled.replyCodes.has(subject.replyCode)) return undefined;
    weight += REPLY_WEIGHT;
  }
  if (compiled.enhancedCodes) {
    if (subject.enhancedCode === null || !compiled.enhancedCodes.has(subject.enhancedCode)) return undefined;
    weight += ENHANCED_WEIGHT;
  }
  const { all } = compiled;
  for (let at = 0; at < all.length; at += 1) {
    const item = all[at] as string;
    if ((at > 0 || words === 0) && !literal.includes(item)) return undefined;
    weight += item.length;
  }
  if (compiled.any.length > 0) {
    const length = all.length === 0 && words > 0 ? words : longest(compiled.any, literal);
    if (length === 0) return undefined;
    weight += length;
  }
  // What must not be there is looked for last: there is much of it, and seldom anything left to exclude.
  const found = compiled.pattern?.exec(cased);
  if (found === null) return undefined;
  for (const item of compiled.none) if (literal.includes(item)) return undefined;
  if (found === undefined) return { weight, code: null };
  return {
    weight: weight + Math.min(found[0].length, MOST_PATTERN_WEIGHT),
    code: found.groups?.['code'] ?? null,
  };
}
