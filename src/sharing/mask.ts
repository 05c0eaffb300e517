import { type KnownPeople, localPart, nameWords, phoneDigits, readsAsName } from './known-people.ts';

/** Makes a text one that names nobody. */
export type Mask = (text: string) => string;
export const unmasked: Mask = (text) => text;

const MAIL = '[address]';
const NAME = '[name]';
const PHONE = '[telephone]';

/** A run without blanks or marks that no mail address has outside quotes. Each octet is looked at once. */
const RUN = /[^\s<>()[\]"',;]+/gu;
/** `"jane roe"@example.com` (RFC 5321, 4.1.2) */
const QUOTED = /"[^"\r\n]{1,64}"@[^\s<>()[\]"',;]+/gu;

/** Not inside of a number, an address or a version. */
const START = '(?<![\\p{L}\\d.:/-])';
const END = '(?![\\p{L}\\d])';
const PHONES = [
  // +49 30 901820, 0049 (0)30 901820
  new RegExp(`${START}(?:\\+|00)\\d[\\d ()/.-]{5,24}\\d${END}`, 'gu'),
  // 030 901820, (030) 90 18 20, 030/901820
  new RegExp(`${START}\\(?0\\d{1,5}\\)?[ /-]\\d[\\d /-]{3,18}\\d${END}`, 'gu'),
  // (212) 555-0123, 212-555-0123
  new RegExp(`${START}(?:\\(\\d{3}\\) ?|\\d{3}[-. ])\\d{3}[-. ]\\d{4}${END}`, 'gu'),
];
/** 09-12-2026, 01/02/26 */
const DATE = /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$/;
const digitsIn = (text: string) => text.replace(/\D/g, '').length;

const maskPhones: Mask = (text) =>
  PHONES.reduce(
    (masked, pattern) =>
      masked.replace(pattern, (found) => (DATE.test(found) || digitsIn(found) < 7 ? found : PHONE)),
    text,
  );

const WORDS = /[\p{L}\p{M}][\p{L}\p{M}'’-]*/gu;
/** `Jonas’s` is Jonas. */
const bare = (word: string) => word.toLowerCase().replace(/['’]s$/, '');

function maskNames(text: string, words: Set<string>): string {
  const masked = text.replace(WORDS, (word) => {
    const known = words.has(bare(word)) || word.split('-').some((part) => words.has(bare(part)));
    return known && readsAsName(word) ? NAME : word;
  });
  return masked.replace(/\[name\](?:[ .]{1,2}\[name\])+/g, NAME);
}

/** `#12` names another incident. */
const maskNumbers = (text: string, own: number): string =>
  text.replace(/#(\d{1,10})\b/g, (found, digits) => (Number(digits) === own ? found : '#…'));

/**
 * Leaves out mail addresses, Message-IDs, telephone numbers and the people that are known. Names that nobody told the
 * desk stay: that is why a share is shown before it is made.
 */
export function maskFor({ names, phones, recipients }: KnownPeople, organisation: string): Mask {
  const words = nameWords(names, organisation);
  const locals = new Set(recipients.map(localPart).filter(Boolean));
  const numbers = new Set(phones.map(phoneDigits).filter((digits) => digits.length > 4));
  const isKnownNumber = (text: string) => [...numbers].some((digits) => phoneDigits(text).endsWith(digits));
  const maskRun = (run: string) => {
    const plain = run.toLowerCase();
    if (plain.includes('@') || plain.includes('%40')) return MAIL;
    return locals.has(plain.replace(/[.:]+$/, '')) ? MAIL : run;
  };
  return (text) => {
    const withoutMail = text.replace(QUOTED, MAIL).replace(RUN, maskRun);
    const withoutKnown =
      numbers.size === 0
        ? withoutMail
        : withoutMail.replace(/\+?\(?\d[\d ()/.-]{3,24}\d/g, (found) =>
            isKnownNumber(found) ? PHONE : found,
          );
    return maskNames(maskPhones(withoutKnown), words);
  };
}

/** What is shown of any share names no other incident, whatever else was chosen. */
export const onlyAbout =
  (number: number, mask: Mask): Mask =>
  (text) =>
    maskNumbers(mask(text), number);
