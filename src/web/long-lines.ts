import { count } from './format.ts';

/** More of one line takes a browser seconds to break; RFC 5322 has 998. In characters. */
export const LONGEST_LINE = 5000;

const cutLine = (line: string): string => {
  if (line.length <= LONGEST_LINE) return line;
  const beginning = line.slice(0, LONGEST_LINE).toWellFormed();
  return `${beginning}… [${count(line.length - LONGEST_LINE)} more characters of this line]`;
};

/** A text from outside as a page shows it, which has the whole of it to download: of lines that are too long their beginning. */
export const withShortLines = (text: string): string =>
  text.length <= LONGEST_LINE ? text : text.split('\n').map(cutLine).join('\n');
