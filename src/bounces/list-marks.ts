import type { Line } from './input-lines.ts';

/** What a list has in front of each of its points: `- `, `* `, `12. `. */
const MARK = /^\s{0,8}(?:[-*•]|\d{1,5}\.)(?:\s|$)/;

/** So few lines may be a list of somebody's own, each about something else. */
const FEWEST = 4;

/** Lines without the marks of a list where every line has one, as places for pasted text show them. */
export function withoutListMarks(lines: Line[]): Line[] {
  const said = lines.filter(({ text }) => text.trim() !== '');
  if (said.length < FEWEST || !said.every(({ text }) => MARK.test(text))) return lines;
  return lines.map((line) => ({ ...line, text: line.text.replace(MARK, '') }));
}
