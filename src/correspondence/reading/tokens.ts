/** Words of a text as phrases are compared with: lower case, without accents, contractions written out. */

/** Stands for any IP address, CIDR range or masked address. */
export const ADDRESS_TOKEN = 'ipaddr';
/** Stands for any web address. */
export const URL_TOKEN = 'url';
/** Stands for any mail address: no word of it says anything. */
export const MAIL_TOKEN = 'mailaddr';
/** Stands for any name of a host or domain. */
export const HOST_TOKEN = 'hostnamed';

const URL = /\b(?:https?:\/\/|www\.)[^\s<>"]{1,2000}/giu;
const IPV4 = /(?<![\w.])(?:\d{1,3}|[x*#]{1,3})(?:\.(?:\d{1,3}|[a-z*#]{1,3})){3}(?:\/\d{1,2})?(?![\w])/giu;
/** With a gap or all of its eight groups: a time of day is none. */
const IPV6 =
  /(?<![\w:.])(?=[0-9a-f:]{0,39}::|(?:[0-9a-f]{1,4}:){7})[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\/\d{1,3})?(?![\w:])/giu;
const MAIL = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}/gu;
/** Ends in a top-level domain that is no word: "removed.it" lacks a blank. */
const HOST =
  /(?<![\w.@-])(?:[a-z0-9-]{1,63}\.){1,8}(?:com|net|org|info|biz|eu|de|fr|nl|es|pt|pl|cz|sk|ru|io|dev|app|uk|ch|br|jp|cn|au|ca|se|dk|fi|hu|ro|tr|example|test|invalid)(?![\w.-]*\w)/giu;
const CONTRACTIONS: [RegExp, string][] = [
  [/\b(de|un|re|white|black|block|allow)-(?=(?:un)?(?:list|block))/g, '$1'],
  [/\bcan't\b|\bcannot\b/g, 'can not'],
  [/\bwon't\b/g, 'will not'],
  [/\bshan't\b/g, 'shall not'],
  [/n't\b/g, ' not'],
  [/'ve\b/g, ' have'],
  [/'ll\b/g, ' will'],
  [/'re\b/g, ' are'],
  [/\bi'm\b/g, 'i am'],
  [/\b(it|that|there|here|what)'s\b/g, '$1 is'],
  [/\b(i|we|they)'d\b/g, '$1 would'],
];
/** A sign of these scripts, the mark of a long vowel among them, or a run of all other letters and digits. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー])[\p{L}\p{N}])+/gu;
const WRITTEN_WITHOUT_BLANKS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

function folded(text: string): string {
  // Letters of full and half width are one. "würde", also written "wuerde", is no "wurde". Katakana and Cyrillic lose meaning with their marks: only Latin is stripped.
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/i\u0307/g, 'i')
    .replace(/[’‘ʼ`´]/g, "'")
    .replace(/ß/g, 'ss')
    .replace(/[äöü]/g, (letter) => `${letter.normalize('NFD').charAt(0)}e`)
    .replace(/[à-ÿāăąćčďđēęěğīįłńňōőœřśşšţťūůűźżž]/g, (letter) =>
      letter.normalize('NFD').replace(/\p{M}/gu, ''),
    );
  return CONTRACTIONS.reduce((words, [from, to]) => words.replace(from, to), plain);
}

/** True when the text names an IP address, a range or a masked one. */
export function namesAddress(text: string): boolean {
  return tokensOf(text).includes(ADDRESS_TOKEN);
}

/** The addresses, ranges and masked addresses in a text, as written. */
export const addressesIn = (text: string): string[] =>
  [...text.matchAll(IPV4), ...text.matchAll(IPV6)]
    .sort((one, other) => one.index - other.index)
    .map(([address]) => address.replace(/(?<!:):$/, ''));

/** The tokens of one sentence or line. Scripts without blanks give one token a character. */
export function tokensOf(text: string): string[] {
  const marked = text
    .replace(URL, ` ${URL_TOKEN} `)
    .replace(IPV4, ` ${ADDRESS_TOKEN} `)
    .replace(IPV6, ` ${ADDRESS_TOKEN} `)
    .replace(MAIL, ` ${MAIL_TOKEN} `)
    .replace(HOST, ` ${HOST_TOKEN} `);
  return folded(marked).match(WORD) ?? [];
}

/** The tokens of a phrase as written in a phrase book. */
export const hasNoBlanks = (word: string): boolean => WRITTEN_WITHOUT_BLANKS.test(word);

/** A word of a phrase book, folded like a reply's. */
export const foldedWord = (word: string): string => folded(word);
