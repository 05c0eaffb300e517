import type { Line } from './input-lines.ts';

/** Fewer lines may be so many paragraphs. */
const FEWEST = 5;

/** Share of lines that end within a sentence in a text that was wrapped. */
const MOSTLY = 0.6;

/** Without one there is no reply to put together. */
const HOLDS_CODE = /(?:^|\D)[45]\d\d[- ]/;

const isBlank = ({ text }: Line): boolean => text.trim() === '';
const endsSentence = ({ text }: Line): boolean => /[.!?:;]\s*$/.test(text);

/**
 * Some programs put an empty line behind every line that they paste. Such lines part nothing, so they are left out;
 * paragraphs of one line each keep theirs, since they end with their sentences.
 */
export function singleSpaced(lines: Line[]): Line[] {
  const first = lines.findIndex((line) => !isBlank(line));
  const second = lines[first + 1];
  if (first < 0 || second === undefined || !isBlank(second)) return lines;
  const written = lines.filter((line) => !isBlank(line));
  if (written.length < FEWEST) return lines;
  const touches = lines.some((line, at) => at > 0 && !isBlank(line) && !isBlank(lines[at - 1] as Line));
  if (!written.some((line) => HOLDS_CODE.test(line.text))) return lines;
  const within = written.filter((line) => !endsSentence(line)).length;
  return touches || within < written.length * MOSTLY ? lines : written;
}
