import { checkData } from '../data-file.ts';
import type { Phrase, PhraseValue } from '../evidence/kind.ts';
import { closed, Type } from '../json-schema.ts';
import {
  joinArticles,
  type Language,
  letterDay,
  letterFindings,
  letterList,
  letterNumber,
  letterPercent,
  letterTime,
  pluralOf,
} from './language.ts';
import de from './wording/de.json' with { type: 'json' };
import en from './wording/en.json' with { type: 'json' };
import es from './wording/es.json' with { type: 'json' };
import fr from './wording/fr.json' with { type: 'json' };
import it from './wording/it.json' with { type: 'json' };
import nl from './wording/nl.json' with { type: 'json' };

/** How what evidence found is said in each language of letters; the words are data, in `wording/`. */

const Words = Type.String({ minLength: 1, maxLength: 300 });
/** With `by`, the number that the rest of the phrase goes with. */
const Forms = Type.Object({ by: Words, one: Words, other: Words }, closed);
const WordingFile = Type.Object(
  {
    phrases: Type.Record(Type.String(), Type.Union([Words, Forms])),
    /** What is said of a claim that holds where nothing more is known. */
    claims: Type.Record(Type.String(), Words),
  },
  closed,
);

type Wording = {
  phrases: Record<string, string | { by: string; one: string; other: string }>;
  claims: Record<string, string>;
};

const FILES: Record<Language, unknown> = { en, de, fr, it, es, nl };
const wordings = new Map<Language, Wording>();
/** Checked when a letter first needs it, not with every start. Throws {@link BadDataFile}. */
export function wordingOf(language: Language): Wording {
  const wording =
    wordings.get(language) ?? checkData(WordingFile, FILES[language], `src/letters/wording/${language}.json`);
  wordings.set(language, wording);
  return wording;
}

/** More names than these are only counted. */
const NAMED = 6;

function valueWords(value: PhraseValue, language: Language): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return letterNumber(value, language);
  if ('day' in value) return letterDay(new Date(value.day), language);
  if ('time' in value) return letterTime(new Date(value.time), language);
  if ('percent' in value) return letterPercent(value.percent, language);
  return letterList(value.list, language, NAMED);
}

/** Words that a person typed: they stay as they are, whatever the language of the letter. */
export const typed = (words: string): Phrase => ({ key: 'typed', values: { words } });

function phraseWords({ key, values }: Phrase, language: Language): string | undefined {
  if (key === 'typed')
    return String(values['words'] ?? '')
      .trim()
      .replace(/[.;,]{1,10}$/, '');
  const { phrases } = wordingOf(language);
  const form = Object.hasOwn(phrases, key) ? phrases[key] : undefined;
  if (form === undefined) return undefined;
  const text =
    typeof form === 'string'
      ? form
      : form[pluralOf(Number(values[form.by]), language) === 'one' ? 'one' : 'other'];
  const said = text.replace(/\{([a-zA-Z]{1,30})\}/g, (_, name: string) =>
    valueWords((Object.hasOwn(values, name) ? values[name] : undefined) ?? '', language),
  );
  return joinArticles(said, language);
}

/** More findings than these are only counted: a letter is read by a person. */
const FINDINGS_SAID = 3;

/** A finding with whom it is about; null: the phrase says it itself, or it is about all. */
export type Said = { about: string | null; phrase: Phrase };

/**
 * Findings in the letter's language, the same one only once; empty where none can be said, as with words of an
 * older release that this one does not know.
 */
export function findingsWords(findings: Said[], language: Language): string {
  const each = findings.flatMap(({ about, phrase }) => {
    const words = phraseWords(phrase, language);
    return words === undefined || words === '' ? [] : [{ about, words }];
  });
  const distinct = new Set(each.map(({ words }) => words));
  const said =
    distinct.size < 2
      ? [...distinct]
      : [
          ...new Set(
            each.map(({ about, words }) =>
              about === null || words.includes(about)
                ? words
                : (phraseWords({ key: 'of-address', values: { address: about, found: words } }, language) ??
                  words),
            ),
          ),
        ];
  const rest = said.length - FINDINGS_SAID;
  // One more is as long as saying that there is one more.
  if (rest < 2) return letterFindings(said, language);
  const more = phraseWords({ key: 'more', values: { count: rest } }, language) ?? '';
  return letterFindings([...said.slice(0, FINDINGS_SAID), more], language);
}

/** What stands in a letter for a claim that holds and has no words of its own. */
export const plainClaimWords = (claim: string, language: Language): string =>
  wordingOf(language).claims[claim] ?? wordingOf('en').claims[claim] ?? claim;
