import { invalid } from '../problem.ts';

/** A pattern of PostgreSQL's and what stands in the place of what it finds; found whole and in any case of letters. */
export type Pair = [pattern: string, becomes: string];

const ADDRESS = /^[^\s@<>,;"\\()]{1,64}@[A-Za-z0-9.-]{3,253}$/;
/** Shorter names would be found in too much. */
const NAME_MIN = 4;
const NAMES_MAX = 10;

const escaped = (text: string) => text.replace(/[^\p{L}\p{N}\s@]/gu, '\\$&').replace(/\s+/gu, '\\s+');

/** As it is looked for: small letters. Throws `invalid` on `address`. */
export function readAddress(text: string): string {
  const address = text.trim().toLowerCase();
  if (!ADDRESS.test(address)) throw invalid('address', 'Write one mail address, such as name@example.com.');
  return address;
}

/** One name a line. Throws `invalid` on `names`. */
export function readNames(text: string): string[] {
  const names = [...new Set(text.split('\n').map((line) => line.trim().replace(/\s+/g, ' ')))].filter(
    Boolean,
  );
  if (names.length > NAMES_MAX) throw invalid('names', `At most ${NAMES_MAX} names at a time.`);
  for (const name of names)
    if (name.length < NAME_MIN || name.length > 120 || /["\\<>]/.test(name) || !/\p{L}/u.test(name))
      throw invalid(
        'names',
        `“${name.slice(0, 40)}”: a name has ${NAME_MIN} to 120 characters, without quotes and brackets.`,
      );
  return names;
}

export const pairOf = (text: string, becomes: string): Pair => [escaped(text), becomes];
/** Longer ones first, so that a name within another is not found before it. */
export const pairsOf = (texts: string[], becomes: string): Pair[] =>
  [...texts].sort((a, b) => b.length - a.length).map((text) => pairOf(text, becomes));

/** Found only where nothing else stands beside it: what the desk itself wrote as somebody's name. */
export const aloneOf = (text: string, becomes: string): Pair => [`^${escaped(text)}$`, becomes];
/** Whether a name is told from other words: `Support` or `Max` stands in many a mail without meaning anybody. */
export const isTelling = (name: string): boolean => /\S\s+\S/.test(name);

const withoutEnds = (pattern: string): string => pattern.replace(/^\^|(?<!\\)\$$/g, '');

/** What is looked for first, of all pairs at once, whatever stands beside it. */
export const anyOf = (pairs: Pair[]): string =>
  pairs.map(([pattern]) => `(?:${withoutEnds(pattern)})`).join('|');

/** No letter before: none that ends another address or word. What is written by its number (`\\303`, `=3C`, `%3C`) ends in none. */
const BEFORE = '(?:(?<![A-Za-z0-9._%+-])|(?<=\\\\[0-7][0-7][0-7])|(?<=[=%][0-9A-F][0-9A-F]))';
const BEHIND = '(?!\\.?[A-Za-z0-9_-])';
/** The same, found whole: what stands within another address or word is no find. */
export const wholeOf = (pairs: Pair[]): string =>
  `${BEFORE}(?:${pairs.map(([pattern]) => `(?:${pattern})`).join('|')})${BEHIND}`;

export const pseudonym = (number: number): string => `[erased-${number}]`;

/** The same pair for octets as PostgreSQL writes them (`escape`): what is outside of ASCII is backslash and three digits. */
export const ofOctets = ([pattern, becomes]: Pair): Pair => [
  pattern.replace(/[^\0-\x7f]/gu, (character) =>
    [...Buffer.from(character)].map((octet) => `\\\\${octet.toString(8)}`).join(''),
  ),
  becomes,
];
