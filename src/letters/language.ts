/** How dates, times and lists read in the languages of letters (UTC throughout, as providers read them). */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const MONTHS: Record<Language, string[]> = {
  en: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
  de: [
    'Januar',
    'Februar',
    'März',
    'April',
    'Mai',
    'Juni',
    'Juli',
    'August',
    'September',
    'Oktober',
    'November',
    'Dezember',
  ],
};

export function letterDay(at: Date, language: Language): string {
  const month = MONTHS[language][at.getUTCMonth()];
  return language === 'de'
    ? `${at.getUTCDate()}. ${month} ${at.getUTCFullYear()}`
    : `${at.getUTCDate()} ${month} ${at.getUTCFullYear()}`;
}

export function letterTime(at: Date, language: Language): string {
  const clock = at.toISOString().slice(11, 16);
  return language === 'de'
    ? `${letterDay(at, language)}, ${clock} Uhr (UTC)`
    : `${letterDay(at, language)}, ${clock} UTC`;
}

const AND: Record<Language, string> = { en: 'and', de: 'und' };
const MORE: Record<Language, string> = { en: 'more', de: 'weitere' };

/** `a`, `a and b`, `a, b and c`; with `most`, the first so many and how many more. */
export function letterList(items: string[], language: Language, most = Number.POSITIVE_INFINITY): string {
  const rest = items.length - most;
  if (rest > 0) return `${items.slice(0, most).join(', ')} ${AND[language]} ${rest} ${MORE[language]}`;
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${AND[language]} ${items.at(-1)}`;
}
