import type Handlebars from 'handlebars';
import type { Claim } from './claims.ts';
import { type Language, letterDay, letterList, letterTime } from './language.ts';

/** What the helpers of letters reach besides the facts. */
export type LetterData = {
  claims: Map<string, Claim>;
  language: Language;
  /** Filled while rendering: how each claim got into the text. */
  stated: Map<string, 'fact' | 'intent'>;
};

type Options = Handlebars.HelperOptions;
const dataOf = (options: Options) => options.data['letter'] as LetterData;
const holds = (claim: Claim) => claim.status === 'supported';
/** A contradicted claim is no plan either: the letter says nothing of it. */
const canBeIntent = (claim: Claim) =>
  claim.whenUnknown === 'intent' && (claim.status === 'unknown' || claim.status === 'stale');

function claimOf(data: LetterData, key: string): Claim {
  const claim = data.claims.get(key);
  if (!claim) throw new Error(`the template uses claim ${key} without naming it in its front matter`);
  return claim;
}

/** What was found, ready to stand inside a sentence: one line, without a full stop of its own. */
export const insideSentence = (text: string) =>
  text
    .slice(0, 2000)
    .replace(/[\s\0]+/g, ' ')
    .trim()
    .replace(/[.;,]{1,10}$/, '');

const oldest = (dates: (Date | null)[]) =>
  dates.filter((date) => date !== null).reduce<Date | null>((a, b) => (a && a < b ? a : b), null);

/** Several claims in one sentence: `@names` joins those that `fit`, `@date` is their oldest evidence. */
function together(
  context: unknown,
  options: Options,
  fit: (claim: Claim) => boolean,
  how: 'fact' | 'intent',
): string {
  const data = dataOf(options);
  const hash = options.hash as Record<string, string>;
  // In the order of the front matter: compiled templates do not keep that of the hash.
  const fitting = [...data.claims.keys()].filter(
    (key) => Object.hasOwn(hash, key) && fit(claimOf(data, key)),
  );
  if (fitting.length === 0) return '';
  for (const key of fitting) data.stated.set(key, how);
  const date = oldest(fitting.map((key) => claimOf(data, key).observedAt));
  const names = letterList(
    fitting.map((key) => hash[key] ?? ''),
    data.language,
  );
  return options.fn(context, {
    data: {
      ...options.data,
      names,
      one: fitting.length === 1,
      date: date ? letterDay(date, data.language) : '',
    },
  });
}

/** The helpers of letter templates; `views/letters/README.md` says how they are used. */
export function registerLetterHelpers(handlebars: typeof Handlebars): void {
  handlebars.registerHelper({
    /** Its part only where evidence supports the claim, with `@words` and `@date` of the evidence. */
    claim(this: unknown, key: string, options: Options) {
      const data = dataOf(options);
      const claim = claimOf(data, key);
      if (!holds(claim)) return '';
      data.stated.set(key, 'fact');
      const found = {
        words: insideSentence(claim.words ?? '') || claim.text,
        date: claim.observedAt ? letterDay(claim.observedAt, data.language) : '',
      };
      return options.fn(this, { data: { ...options.data, ...found } });
    },
    /** One of two wordings; the second is for a claim that does not hold, and must be true without it. */
    holds(this: unknown, key: string, options: Options) {
      const data = dataOf(options);
      if (!holds(claimOf(data, key))) return options.inverse(this);
      data.stated.set(key, 'fact');
      return options.fn(this);
    },
    /** `{{#holding spf-pass="SPF" dkim-pass="DKIM"}}`: once for those claims of its list that hold. */
    holding(this: unknown, options: Options) {
      return together(this, options, holds, 'fact');
    },
    /** Once for those claims of its list that are not shown yet and may be worded as what we will do. */
    pending(this: unknown, options: Options) {
      return together(this, options, canBeIntent, 'intent');
    },
    /** Its part when at least one of the claims holds: a heading never stands alone. */
    any(this: unknown, keys: string, options: Options) {
      return keys.split(' ').some((key) => holds(claimOf(dataOf(options), key))) ? options.fn(this) : '';
    },
    time: (at: Date, options: Options) => letterTime(at, dataOf(options).language),
    day: (at: Date, options: Options) => letterDay(at, dataOf(options).language),
    /** Of a long list, the first ten and how many more. */
    list: (items: string[], options: Options) => letterList(items, dataOf(options).language, 10),
    /** All of them, however many: a desk cannot act on an address that it does not see. */
    every: (items: string[], options: Options) => letterList(items, dataOf(options).language),
    /** A range is several addresses, too. */
    several: (items: string[]) => items.length > 1 || items.some((item) => item.includes('/')),
  });
}

/** Names of helpers that a template may call, and which of them open a block. */
export const LETTER_HELPERS = {
  blocks: ['claim', 'holds', 'holding', 'pending', 'any', 'if', 'unless', 'each'],
  inline: ['time', 'day', 'list', 'every', 'several'],
} as const;
