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
/** Its own name; a code that is none of them stays a code. */
export const languageName = (code: string): string => LANGUAGES[code as Language] ?? code;

type Forms = {
  /** As `Intl` knows the language; British English writes the day first. */
  locale: string;
  day: (day: string, month: string, year: number) => string;
  time: (day: string, clock: string) => string;
  /** Between a month and its year; left out: a blank. */
  ofYear?: string;
  and: string;
  more: (count: number) => string;
  /** Between thousands, and where a number has parts. */
  group: string;
  point: string;
  /** Between a number and its per cent sign. */
  percent: string;
  /** From so many digits on they stand in groups; left out: from four. */
  groupedFrom?: number;
  /** Between several findings. */
  semicolon: string;
};

/** No-break space: a number and what belongs to it stay on one line. */
const NBSP = '\u00a0';
const NARROW_NBSP = '\u202f';
/** Line ends and runs of blanks; no-break ones stand where a language wants them, and stay. */
export const BLANKS = /(?:[^\S\u00a0\u202f]|\0)+/g;
const plain: Forms['day'] = (day, month, year) => `${day} ${month} ${year}`;

const FORMS: Record<Language, Forms> = {
  en: {
    locale: 'en-GB',
    day: plain,
    time: (day, clock) => `${day}, ${clock} UTC`,
    and: 'and',
    more: (count) => `${count} more`,
    group: ',',
    point: '.',
    percent: '',
    semicolon: '; ',
  },
  de: {
    locale: 'de',
    day: (day, month, year) => `${day}. ${month} ${year}`,
    time: (day, clock) => `${day}, ${clock} Uhr (UTC)`,
    and: 'und',
    more: (count) => `${count} weitere`,
    group: NBSP,
    point: ',',
    percent: NBSP,
    groupedFrom: 5,
    semicolon: '; ',
  },
  fr: {
    locale: 'fr',
    day: (day, month, year) => `${day === '1' ? '1er' : day} ${month} ${year}`,
    time: (day, clock) => `${day} à ${clock.replace(':', `${NBSP}h${NBSP}`)} (UTC)`,
    and: 'et',
    more: (count) => `${count} ${count === 1 ? 'autre' : 'autres'}`,
    group: NARROW_NBSP,
    point: ',',
    percent: NARROW_NBSP,
    semicolon: `${NBSP}; `,
  },
  it: {
    locale: 'it',
    day: (day, month, year) => `${day === '1' ? '1º' : day} ${month} ${year}`,
    time: (day, clock) => `${day}, ore ${clock} (UTC)`,
    and: 'e',
    more: (count) => `${count === 1 ? 'un altro' : `altri ${count}`}`,
    group: '.',
    point: ',',
    percent: '',
    semicolon: '; ',
  },
  es: {
    locale: 'es',
    day: (day, month, year) => `${day} de ${month} de ${year}`,
    time: (day, clock) => `${day}, ${clock}${NBSP}h (UTC)`,
    ofYear: ' de ',
    and: 'y',
    more: (count) => `${count} más`,
    group: NBSP,
    point: ',',
    percent: NBSP,
    groupedFrom: 5,
    semicolon: '; ',
  },
  nl: {
    locale: 'nl',
    day: plain,
    time: (day, clock) => `${day}, ${clock.replace(':', '.')} uur (UTC)`,
    and: 'en',
    more: (count) => `${count} andere`,
    group: '.',
    point: ',',
    percent: '',
    semicolon: '; ',
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

/** `2013`, `2024-06` or a whole day, as far as it is known: year, or month and year. */
export function letterMonth(date: string, language: Language): string {
  const [year = '', month] = date.split('-');
  if (!month) return year;
  return [monthOf(new Date(`${year}-${month}-01`), language), year].join(FORMS[language].ofYear ?? ' ');
}

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

/**
 * A number as the language writes it, with as many decimals as it is given: `0.10` stays two. Takes digits with one
 * point at most, as a number or as text.
 */
export function letterNumber(value: number | string, language: Language): string {
  const { group, point, groupedFrom = 4 } = FORMS[language];
  const [whole = '', part] = String(value).split('.');
  const grouped = whole.length < groupedFrom ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, group);
  return part === undefined ? grouped : `${grouped}${point}${part}`;
}

export const letterPercent = (value: number | string, language: Language): string =>
  `${letterNumber(value, language)}${FORMS[language].percent}%`;

/** Several findings, one after the other. */
export const letterFindings = (findings: string[], language: Language): string =>
  findings.join(FORMS[language].semicolon);

const plurals = new Map<Language, Intl.PluralRules>();
/** Which form of a word goes with a number. */
export function pluralOf(count: number, language: Language): Intl.LDMLPluralRule {
  let rules = plurals.get(language);
  if (!rules) {
    rules = new Intl.PluralRules(FORMS[language].locale);
    plurals.set(language, rules);
  }
  return rules.select(count);
}

/** A share in percent with one decimal, never rounded up. */
export function letterShare(part: number, whole: number, language: Language): string {
  const tenths = Math.floor((part / whole) * 1000);
  return letterPercent(`${Math.floor(tenths / 10)}.${tenths % 10}`, language);
}

const HOUR = 3_600_000;
/** A length of time in hours, from two days on in days; rounded up, so that “no longer than” stays true. */
export function letterSpan(ms: number, language: Language): string {
  const hours = Math.max(1, Math.ceil(ms / HOUR));
  const [value, unit] = hours < 48 ? [hours, 'hour'] : [Math.ceil(hours / 24), 'day'];
  return new Intl.NumberFormat(FORMS[language].locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    value,
  );
}

const MONTHS_IT =
  'gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre';
/** Before the days whose names begin with a vowel. */
const ARTICLE = new RegExp(`\\b([Ii]l|[Dd][ae]l|[Aa]l|[Nn]el|[Ss]ul) (?=(?:8|11) (?:${MONTHS_IT})\\b)`, 'g');
const JOINED: Record<string, string> = { il: 'l’', Il: 'L’' };

/**
 * `dal 8 marzo` is written `dall’8 marzo`. Neither a template nor a phrase can know which day it will name, so
 * articles are joined in the finished letter.
 */
export const joinArticles = (text: string, language: Language): string =>
  language === 'it' ? text.replace(ARTICLE, (_, article: string) => JOINED[article] ?? `${article}l’`) : text;
