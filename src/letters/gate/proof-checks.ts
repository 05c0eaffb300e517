import type { Language } from '../language.ts';
import { type Check, type Context, isHidden, placeOf } from './context.ts';
import type { Span } from './finding.ts';
import proofWords from './proof-words.json' with { type: 'json' };

/** A language that `proof-words.json` lacks is told by the compiler. */
const words: { months: string; done: Record<Language, string[]>; period: Record<Language, string[]> } =
  proofWords;

const DATE = new RegExp(`\\d{4}-\\d{2}-\\d{2}|\\d{1,2}(?:er|\\.)? (?:de )?(?:${words.months})\\b`, 'iu');
const COUNT = /(?<![\d.:-])\d[\d.,\u00a0]*\s*(?:%|\p{L}{2,})/u;
const MOST_SENTENCES = 400;

const holdsWord = (sentence: string, list: string[]) =>
  sentence
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .some((word) => list.includes(word));

function sentencesWith(
  { body, letter }: Context,
  test: (sentence: string, language: Language) => boolean,
): Span[] {
  return body.sentences
    .slice(0, MOST_SENTENCES)
    .filter(({ start }) => !isHidden(body, start))
    .filter(({ start, end }) => test(body.text.slice(start, Math.min(end, start + 600)), letter.language))
    .slice(0, 3);
}

export const PROOF_CHECKS: Record<string, Check> = {
  'dated-fix': (context) =>
    sentencesWith(
      context,
      (sentence, language) => DATE.test(sentence) && holdsWord(sentence, words.done[language]),
    ).map((span) => ({ place: placeOf(context.body, span) })),
  'count-with-period': (context) =>
    sentencesWith(
      context,
      (sentence, language) =>
        COUNT.test(sentence) &&
        (sentence.match(/\d[\d.,]*/g)?.length ?? 0) > 1 &&
        holdsWord(sentence, words.period[language]),
    ).map((span) => ({ place: placeOf(context.body, span) })),
};
