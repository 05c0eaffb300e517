/** How dates, times and lists read in the languages of letters (UTC throughout, as providers read them). */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const MONTHS: Record<Language, string[]> = {
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
  de: ['Januar', 'Februar', 'März', 'April', 'Mai', 'Juni', 'Juli', 'August', 'September', 'Oktober', 'November', 'Dezember'],
};

export function letterDay(at: Date, language: Language): string {
  const month = MONTHS[language][at.getUTCMonth()];
  return language === 'de' ? `${at.getUTCDate()}. ${month} ${at.getUTCFullYear()}` : `${at.getUTCDate()} ${month} ${at.getUTCFullYear()}`;
}

export function letterTime(at: Date, language: Language): string {
  const clock = at.toISOString().slice(11, 16);
  return language === 'de' ? `${letterDay(at, language)}, ${clock} Uhr (UTC)` : `${letterDay(at, language)}, ${clock} UTC`;
}

const AND: Record<Language, string> = { en: 'and', de: 'und' };

/** `a`, `a and b`, `a, b and c`; of a long list the first ten and how many more. */
export function letterList(items: string[], language: Language): string {
  const shown = items.slice(0, 10);
  const rest = items.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} ${AND[language]} ${rest} ${language === 'de' ? 'weitere' : 'more'}`;
  if (shown.length < 2) return shown[0] ?? '';
  return `${shown.slice(0, -1).join(', ')} ${AND[language]} ${shown.at(-1)}`;
}
