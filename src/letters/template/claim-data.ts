import type { Claim } from '../claims/claims.ts';
import { BLANKS, type Language, letterDay, letterList } from '../language.ts';

/** What a letter is rendered with besides its values. */
export type LetterData = {
  claims: Map<string, Claim>;
  language: Language;
  /** Filled while rendering: how each claim got into the text. */
  stated: Map<string, 'fact' | 'intent'>;
};

/** What a block about claims sets for its inside: `@words`, `@names`, `@one`, `@date`. */
export type Found = Readonly<Record<string, string | boolean>>;

export const holds = (claim: Claim | undefined): boolean => claim?.status === 'supported';
/** A contradicted claim is no plan either: the letter says nothing of it. */
const canBeIntent = (claim: Claim | undefined): boolean =>
  claim?.whenUnknown === 'intent' && (claim.status === 'unknown' || claim.status === 'stale');

/** What was found, ready to stand inside a sentence: one line, without a full stop of its own. */
export const insideSentence = (text: string) =>
  text
    .slice(0, 2000)
    .replace(BLANKS, ' ')
    .trim()
    .replace(/[.;,]{1,10}$/, '');

const oldest = (dates: (Date | null)[]) =>
  dates.filter((date) => date !== null).reduce<Date | null>((a, b) => (a && a < b ? a : b), null);
const dayOf = (date: Date | null, language: Language) => (date ? letterDay(date, language) : '');

/** Of one claim that evidence supports; undefined: it does not hold, and nothing is said. */
export function foundOf(data: LetterData, key: string): Found | undefined {
  const claim = data.claims.get(key);
  if (!claim || !holds(claim)) return undefined;
  data.stated.set(key, 'fact');
  return {
    '@words': insideSentence(claim.words ?? '') || claim.text,
    '@date': dayOf(claim.observedAt, data.language),
  };
}

/** Several claims in one sentence: `@names` joins those that fit, `@date` is their oldest evidence. */
export function foundTogether(
  data: LetterData,
  words: [key: string, words: string][],
  how: 'fact' | 'intent',
): Found | undefined {
  const fit = how === 'fact' ? holds : canBeIntent;
  const wordsOf = new Map(words);
  // In the order of the front matter, which is that of the letter.
  const fitting = [...data.claims.keys()].filter((key) => wordsOf.has(key) && fit(data.claims.get(key)));
  if (fitting.length === 0) return undefined;
  for (const key of fitting) data.stated.set(key, how);
  return {
    '@names': letterList(
      fitting.map((key) => wordsOf.get(key) ?? ''),
      data.language,
    ),
    '@one': fitting.length === 1,
    '@date': dayOf(oldest(fitting.map((key) => data.claims.get(key)?.observedAt ?? null)), data.language),
  };
}
