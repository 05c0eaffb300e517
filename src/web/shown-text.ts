import { count } from './format.ts';

/** A text from outside as a page shows it, which has the whole of it to download: no more than a browser draws at once. */
export const shownText = (text: string): string => withFewTurns(withShortLines(text));

/** More of one line takes a browser seconds to break; RFC 5322 has 998. In characters. */
export const LONGEST_LINE = 5000;

const cutLine = (line: string): string => {
  if (line.length <= LONGEST_LINE) return line;
  const beginning = line.slice(0, LONGEST_LINE).toWellFormed();
  return `${beginning}… [${count(line.length - LONGEST_LINE)} more characters of this line]`;
};

const withShortLines = (text: string): string =>
  text.length <= LONGEST_LINE ? text : text.split('\n').map(cutLine).join('\n');

/**
 * How often a text may turn to letters that are written from the right. Each turn is a piece that the browser lays out
 * by itself, in a time that grows with the square of their number: half a second for these, half a minute for ten times as many.
 */
export const MOST_TURNS = 5000;

// Unicode Bidirectional Algorithm, classes R and AL, and the marks that embed them; and what turns back, numbers too.
const FROM_RIGHT =
  /[\u0590-\u08FF\u200F\u202B\u202E\u2067\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/v;
const FROM_LEFT = new RegExp(String.raw`[[\p{L}\p{N}]--${FROM_RIGHT.source}]`, 'v');

/** Where each stretch begins that is written from the right. */
function* turnsOf(text: string): Generator<number> {
  const [right, left] = [FROM_RIGHT, FROM_LEFT].map((one) => new RegExp(one, 'gv')) as [RegExp, RegExp];
  for (let begin = right.exec(text); begin; begin = right.exec(text)) {
    yield begin.index;
    left.lastIndex = right.lastIndex;
    if (!left.test(text)) return;
    right.lastIndex = left.lastIndex;
  }
}

function withFewTurns(text: string): string {
  if (text.length <= MOST_TURNS) return text;
  let turns = 0;
  for (const at of turnsOf(text)) {
    turns += 1;
    if (turns > MOST_TURNS)
      return `${text.slice(0, at)}…\n[${count(text.length - at)} more characters, which turn between right-to-left and left-to-right too often to be shown]`;
  }
  return text;
}
