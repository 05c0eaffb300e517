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

const dataOf = (options: Handlebars.HelperOptions) => options.data['letter'] as LetterData;
const holds = (data: LetterData, key: string) => data.claims.get(key)?.status === 'supported';

/**
 * `{{#claim "key"}}…{{else}}…{{/claim}}`: the first part only where evidence supports the claim, with
 * `@words` and `@date` of the evidence; the second only where the claim may be worded as intent. A
 * contradicted claim says nothing at all.
 */
export function registerLetterHelpers(handlebars: typeof Handlebars): void {
  handlebars.registerHelper({
    claim(this: unknown, key: string, options: Handlebars.HelperOptions) {
      const data = dataOf(options);
      const claim = data.claims.get(key);
      if (!claim) throw new Error(`the template uses claim ${key} without naming it in its front matter`);
      if (claim.status === 'supported') {
        const words = { ...options.data, words: claim.words ?? '', date: claim.observedAt ? letterDay(claim.observedAt, data.language) : '' };
        data.stated.set(key, 'fact');
        return options.fn(this, { data: words });
      }
      const intent = claim.status !== 'contradicted' && claim.whenUnknown === 'intent' ? options.inverse(this) : '';
      if (intent.trim()) data.stated.set(key, 'intent');
      return intent;
    },
    /** Renders its part when at least one of the claims holds: a heading never stands alone. */
    any(this: unknown, keys: string, options: Handlebars.HelperOptions) {
      return keys.split(' ').some((key) => holds(dataOf(options), key)) ? options.fn(this) : '';
    },
    time: (at: Date, options: Handlebars.HelperOptions) => letterTime(at, dataOf(options).language),
    day: (at: Date, options: Handlebars.HelperOptions) => letterDay(at, dataOf(options).language),
    list: (items: string[], options: Handlebars.HelperOptions) => letterList(items, dataOf(options).language),
    several: (items: string[]) => items.length > 1,
  });
}
