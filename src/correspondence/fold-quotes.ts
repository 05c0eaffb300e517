import { isFooter, type LineKind, linesOf, readLines } from './reading/newest-part.ts';

/** Part of a message's text: shown as it is, or folded under a line that says what it is. */
export type TextPart = {
  kind: LineKind | 'footer';
  text: string;
  folded: boolean;
};

/** A quotation that is answered right below it is read with its answer, as long as it is short. */
const SHORT_QUOTE_LINES = 6;

type Line = { kind: TextPart['kind']; text: string };

/** The text's lines with their ends, so that all of them together are the text. */
function readText(text: string): Line[] {
  const start = text.length - text.trimStart().length;
  const lines = linesOf(text.slice(start));
  const { kinds } = readLines(lines);
  let at = start;
  const marked = lines.map((line, index): Line => {
    const end = Math.min(at + line.length + 1, text.length);
    const whole = text.slice(at, end);
    at = end;
    return { kind: kinds[index] ?? 'new', text: whole };
  });
  // What is too long to be looked at is told from nothing.
  return [{ kind: 'new', text: text.slice(0, start) }, ...marked, { kind: 'new', text: text.slice(at) }];
}

/** Marks paragraphs of what is new that are footers. */
function withFooters(lines: Line[]): Line[] {
  const marked = [...lines];
  let begin = 0;
  for (let at = 0; at <= lines.length; at += 1) {
    const line = lines[at];
    if (line && line.kind === 'new' && line.text.trim() !== '') continue;
    const paragraph = lines.slice(begin, at);
    if (isFooter(paragraph.map(({ text }) => text).join('')))
      for (let of = begin; of < at; of += 1) marked[of] = { kind: 'footer', text: lines[of]?.text ?? '' };
    begin = at + 1;
  }
  return marked;
}

function joined(lines: Line[]): Line[] {
  const parts: Line[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    // Blank lines belong to what they follow.
    if (last && (last.kind === line.kind || line.text.trim() === '')) last.text += line.text;
    else if (line.text !== '') parts.push({ ...line });
  }
  return parts;
}

const countLines = (text: string) => text.trimEnd().split('\n').length;

function isFolded({ kind, text }: Line, next: Line | undefined): boolean {
  if (kind === 'quoted') return next?.kind !== 'new' || countLines(text) > SHORT_QUOTE_LINES;
  return kind !== 'new' && kind !== 'header';
}

/**
 * Takes a message's text into parts, cut where the verdict's reading cuts it ({@link readLines}): the parts put
 * together are the text, to the last character. A text of nothing but what would be folded is shown whole.
 */
export function foldQuotes(text: string): TextPart[] {
  const parts = joined(withFooters(readText(text)));
  const says = parts.some(({ kind, text: words }) => kind === 'new' && words.trim() !== '');
  return parts.map((part, index) => ({
    ...part,
    folded: isFolded(part, parts[index + 1]) && (says || part.kind === 'signature' || part.kind === 'footer'),
  }));
}
