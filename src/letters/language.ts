/**
 * The languages of letters, and how dates, times, numbers and lists read in them. Times are UTC throughout, as
 * providers read them. Formats: DIN 5008 for German, else the usage of each language.
 */
export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  it: 'Italiano',
  es: 'Español',
  nl: 'Nederlands',
} as const;
export type Language = keyof typeof LANGUAGES;

type Forms = {
  /** As `Intl` knows the language; British English writes the day first. */
  locale: string;
  day: (day: string, month: string, year: number) => string;
  time: (day: string, clock: string) => string;
  and: string;
  more: (count: number) => string;
};

/** No-break space: a number and what belongs to it stay on one line. */
const NBSP = '\u00a0';
const plain: Forms['day'] = (day, month, year) => `${day} ${month} ${year}`;

const FORMS: Record<Language, Forms> = {
  en: {
    locale: 'en-GB',
    day: plain,
    time: (day, clock) => `${day}, ${clock} UTC`,
    and: 'and',
    more: (count) => `${count} more`,
  },
  de: {
    locale: 'de',
    day: (day, month, year) => `${day}. ${month} ${year}`,
    time: (day, clock) => `${day}, ${clock} Uhr (UTC)`,
    and: 'und',
    more: (count) => `${count} weitere`,
  },
  fr: {
    locale: 'fr',
    day: (day, month, year) => `${day === '1' ? '1er' : day} ${month} ${year}`,
    time: (day, clock) => `${day} à ${clock.replace(':', `${NBSP}h${NBSP}`)} (UTC)`,
    and: 'et',
    more: (count) => `${count} ${count === 1 ? 'autre' : 'autres'}`,
  },
  it: {
    locale: 'it',
    day: plain,
    time: (day, clock) => `${day}, ore ${clock} (UTC)`,
    and: 'e',
    more: (count) => `${count === 1 ? 'un altro' : `altri ${count}`}`,
  },
  es: {
    locale: 'es',
    day: (day, month, year) => `${day} de ${month} de ${year}`,
    time: (day, clock) => `${day}, ${clock}${NBSP}h (UTC)`,
    and: 'y',
    more: (count) => `${count} más`,
  },
  nl: {
    locale: 'nl',
    day: plain,
    time: (day, clock) => `${day}, ${clock.replace(':', '.')} uur (UTC)`,
    and: 'en',
    more: (count) => `${count} andere`,
  },
};

const months = new Map<Language, Intl.DateTimeFormat>();
function monthOf(at: Date, language: Language): string {
  let format = months.get(language);
  if (!format) {
    format = new Intl.DateTimeFormat(FORMS[language].locale, { month: 'long', timeZone: 'UTC' });
    months.set(language, format);
  }
  return format.format(at);
}

export const letterDay = (at: Date, language: Language): string =>
  FORMS[language].day(String(at.getUTCDate()), monthOf(at, language), at.getUTCFullYear());

export const letterTime = (at: Date, language: Language): string =>
  FORMS[language].time(letterDay(at, language), at.toISOString().slice(11, 16));

/** `a`, `a and b`, `a, b and c`; with `most`, the first so many and how many more. */
export function letterList(items: string[], language: Language, most = Number.POSITIVE_INFINITY): string {
  const { and, more } = FORMS[language];
  const rest = items.length - most;
  if (rest > 0) return `${items.slice(0, most).join(', ')} ${and} ${more(rest)}`;
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${and} ${items.at(-1)}`;
}
