const QUOTE_TAG = /<(\/?)blockquote\b[^<>]{0,1000}>/gi;

/** Stand for the tags of quotations while all other tags are taken out; no mail has such signs of its own. */
const OPEN = '\u0001';
const CLOSE = '\u0002';

/** HTML with the tags of quotations as signs on lines of their own, for {@link withQuoteSigns}. */
export const markQuotes = (html: string): string =>
  html.replace(QUOTE_TAG, (_, ends) => `\n${ends === '' ? OPEN : CLOSE}\n`);

/** What was HTML, with `> ` in front of lines that were quoted, as plain text has it. */
export function withQuoteSigns(text: string): string {
  const lines: string[] = [];
  let depth = 0;
  for (const line of text.split('\n')) {
    if (line === OPEN) depth += 1;
    else if (line === CLOSE) depth = Math.max(0, depth - 1);
    else lines.push(depth > 0 && line.trim() !== '' ? `> ${line.trim()}` : line);
  }
  return lines.join('\n');
}
