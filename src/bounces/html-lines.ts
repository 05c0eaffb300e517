import { htmlToText } from './entities.ts';
import type { Line } from './input-lines.ts';

/** HTML as lines of text. A line break of the source is only a blank in HTML, but keeps the count. */
export function htmlLines(lines: Line[]): Line[] {
  const text = htmlToText(lines.map((line) => line.text).join('\n'));
  const found: Line[] = [];
  let at = 0;
  for (const chunk of text.split('\u0001')) {
    const breaks = chunk.split('\n').length - 1;
    const lead = (/^\s*/.exec(chunk)?.[0] ?? '').split('\n').length - 1;
    const start = lines[Math.min(at + lead, lines.length - 1)]?.n ?? 1;
    found.push({ n: start, text: chunk.replace(/\s+/g, ' ').trim() });
    at += breaks;
  }
  return found;
}
