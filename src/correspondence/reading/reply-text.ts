import { markQuotes, withQuoteSigns } from './html-quotes.ts';

/** Longest text that is looked at, in characters; what comes after it decides nothing. */
export const MAX_REPLY_CHARACTERS = 200_000;

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const HTML_HINT = /<(?:p|br|blockquote|div|html|body|table|td|span|a)\b/i;
const BREAKING_TAG = /<\/?(?:p|br|div|tr|li|ul|ol|table|h[1-6])\b[^<>]{0,1000}>/gi;
const HIDDEN_PART = /<(style|script|head)\b[^<>]{0,1000}>[^<]{0,20000}<\/\1>/gi;
/** An element without others inside; its attributes tell whether it is shown. */
const PLAIN_ELEMENT = /<(div|span|p|td|font|small)\b([^<>]{0,1000})>[^<]{0,2000}<\/\1>/gi;
const ANY_TAG = /<[a-z!/][^<>]{0,1000}>/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi;

function decodeEntity(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
  const printable = code > 31 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return printable ? String.fromCodePoint(code) : ' ';
}

/** Mail for many often carries words that no reader is shown. */
const unlessHidden = (whole: string, _name: string, attributes: string): string =>
  /display:none|visibility:hidden/i.test(attributes.replace(/\s/g, '')) ? ' ' : whole;

function withoutHtml(text: string): string {
  if (!HTML_HINT.test(text)) return text;
  const plain = markQuotes(text.replace(HIDDEN_PART, '\n').replace(PLAIN_ELEMENT, unlessHidden))
    .replace(BREAKING_TAG, '\n')
    .replace(ANY_TAG, ' ')
    .replace(ENTITY, decodeEntity);
  return withQuoteSigns(plain);
}

/** White space folded to single blanks, as quotes are compared. */
export const fold = (text: string): string => text.replace(/\s+/gu, ' ').trim();

/** `text` without any of the `signs` at its ends. */
export function trimSigns(text: string, signs: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && signs.includes(text[start] ?? ' ')) start += 1;
  while (end > start && signs.includes(text[end - 1] ?? ' ')) end -= 1;
  return text.slice(start, end);
}

/**
 * The text as it is read: capped at {@link MAX_REPLY_CHARACTERS}, control characters as blanks, line ends as
 * `\n`, markup of a pasted HTML mail taken out.
 */
export function readableText(raw: string): string {
  const capped = raw.slice(0, MAX_REPLY_CHARACTERS).replace(/\r\n?/g, '\n');
  return withoutHtml(capped.replace(/[\0-\x08\x0b-\x1f\x7f]/g, ' '));
}

/**
 * `words` as they stand in `source`, a text with its white space folded; where markup or entities cut through them,
 * the longest line of `words` that does. Null when nothing of them stands there.
 */
export function verbatim(words: string, source: string): string | null {
  const pieces = [words, ...words.split(/[’'"“”<>&\n]|\s{2,}/u)].map(fold).filter((piece) => piece !== '');
  const standing = pieces.filter((piece) => source.includes(piece)).sort((a, b) => b.length - a.length);
  return standing[0] ?? null;
}
