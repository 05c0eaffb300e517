import type { Found, Phrase } from '../kind.ts';
import { linkOfPlace, type Place, type PlaceMeaning } from './places.ts';

/** What somebody read at a place, understood by the place's own rules. */
export type ReadValue = {
  words: string;
  /** The number as it was written, with a decimal point; none where the value is a word. */
  number?: string;
  means: PlaceMeaning;
};

const NUMBER = /^\d{1,6}(?:[.,]\d{1,6})?$/;

function readNumber(number: NonNullable<Place['value']['number']>, text: string): ReadValue | undefined {
  const { unit, most, decimals, bands } = number;
  const plain = text.endsWith(unit.trim()) ? text.slice(0, text.length - unit.trim().length).trim() : text;
  if (!NUMBER.test(plain)) return undefined;
  const value = Number(plain.replace(',', '.'));
  // More decimals than the place shows are a slip: 0.3 or 0.03 makes a difference.
  if (value > most || Number(value.toFixed(decimals)) !== value) return undefined;
  const means = bands.find(({ below }) => below === undefined || value < below);
  return means && { words: `${value}${unit}`, number: String(value), means };
}

/** The value in the place's own words, with what it means; undefined for what is no value of it. */
export function readValue({ value }: Place, text: string): ReadValue | undefined {
  const given = text.trim();
  if (value.number) return readNumber(value.number, given);
  const choice = value.choices?.find(({ words }) => words.toLowerCase() === given.toLowerCase());
  return choice && { words: choice.words, means: choice };
}

/** What may be written, for a person who wrote something else. */
export function allowedWords({ value }: Place): string {
  if (value.number)
    return `a number from 0 to ${value.number.most}${value.number.decimals > 0 ? `, such as 0.05, with at most ${value.number.decimals} decimals` : ''}`;
  return `one of: ${(value.choices ?? []).map(({ words }) => words).join(', ')}`;
}

/** How letters say what supports a claim; nothing, where the place has no phrase. */
function saidOf({ phrase }: Place, { number, means }: ReadValue): { phrase?: Phrase } {
  if (!phrase || number === undefined || means.says !== 'supports') return {};
  const value = phrase.value === 'percent' ? { percent: number } : number;
  return { phrase: { key: phrase.key, values: { ...phrase.values, [phrase.value]: value } } };
}

/** As the kinds of evidence that a program looks at tell what they found. */
export function readingFound(place: Place, value: ReadValue, subject: string, note: string): Found {
  const { words, means } = value;
  const link = linkOfPlace(place, subject);
  return {
    outcome: means.outcome,
    summary: words,
    facts: [{ key: 'value', label: place.what, outcome: means.outcome, words, link }],
    claims:
      place.claim !== undefined && means.says !== undefined
        ? [
            {
              claim: place.claim,
              result: means.says,
              words: (place.inLetters ?? '{value}').replace('{value}', words),
              ...saidOf(place, value),
            },
          ]
        : [],
    raw: { [`Read by hand at ${link}`]: note ? `${words}\n${note}` : words },
  };
}
