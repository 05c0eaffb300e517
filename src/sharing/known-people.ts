/** What is known of the people in an incident, so that it can be left out of texts. */
export type KnownPeople = {
  names: string[];
  phones: string[];
  /** Of rejections: mail addresses, or what a log gave in their place. */
  recipients: string[];
};

/** Words of roles and organisations, which tell of nobody. */
const ROLES = new Set(
  (
    'abuse administrator admin and delivery desk for from gmbh group hosting hotline inc ltd mail network noc office ' +
    'online operations operator post postmaster security service services support system team the viewer with company'
  ).split(' '),
);
/** Names that are words as well: a name only where they are written as one. */
const AMBIGUOUS = new Set(
  'best bill dear grant high just mark may only page read rose will young'.split(' '),
);

const WORD = /[\p{L}\p{M}][\p{L}\p{M}'’-]*/gu;

/** The words of names by which people are known, in small letters, but for what is not theirs alone. */
export function nameWords(names: string[], organisation: string): Set<string> {
  const ours = new Set((organisation.match(WORD) ?? []).map((word) => word.toLowerCase()));
  const words = names.flatMap((name) => name.slice(0, 300).match(WORD) ?? []);
  return new Set(
    words
      .map((word) => word.toLowerCase())
      .filter((word) => word.length > 1 && !ROLES.has(word) && !ours.has(word)),
  );
}

/** Whether a word that is known as a name stands for one here: `may` does not, `May` may well. */
export const readsAsName = (word: string): boolean =>
  /^\p{Lu}/u.test(word) || (word.length > 3 && !AMBIGUOUS.has(word));

/** The digits of a telephone number, without its country. */
export const phoneDigits = (phone: string): string => phone.replace(/^\+\d{1,3}|\D/g, '');

/** The local part of a recipient, in small letters; what is too short to be told from words is none. */
export function localPart(recipient: string): string {
  const local = recipient.trim().replace(/^<|>$/g, '').split('@')[0]?.toLowerCase() ?? '';
  return local.length > 3 ? local : '';
}
