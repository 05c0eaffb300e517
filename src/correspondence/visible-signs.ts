/** Control characters, and signs that turn the direction or take no room: a name can deceive with each. */
const HIDDEN =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

const written = (sign: string) =>
  `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** A text from outside, with what cannot be seen in it written out. Line ends stay. */
export const visible = (text: string): string => text.replace(/\r\n/g, '\n').replace(HIDDEN, written);

/** A name from outside in one line, with what cannot be seen in it written out. */
export const visibleName = (name: string): string =>
  visible(name).replace(/[\n\t]/g, (sign) => written(sign));
