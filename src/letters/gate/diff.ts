import { matching } from '../matching.ts';

/** One run of a comparison: in both texts, only in the older one, or only in the newer one. */
export type DiffPart = { is: 'same' | 'gone' | 'new'; text: string };

/** Words and the blanks between them on each side, compared one by one; of longer texts, paragraphs are. */
const MOST_WORDS = 1500;
/** Paragraphs that are compared; beyond them a text is all gone and all new. */
const MOST_PARAGRAPHS = 1000;

const wordsOf = (text: string) => text.match(/\s+|[^\s]+/g) ?? [];
const paragraphsOf = (text: string) => text.match(/[^\n]*(?:\n+|$)/g)?.filter(Boolean) ?? [];

/** Piece by piece; what went stands before what came in its place. */
function compared(before: string[], after: string[]): DiffPart[] {
  const kept = matching(before, after);
  const parts: DiffPart[] = [];
  let came = 0;
  const comeUpTo = (end: number) => {
    for (; came < end; came += 1) parts.push({ is: 'new', text: after[came] ?? '' });
  };
  for (const [index, text] of before.entries()) {
    const place = kept[index];
    if (place !== undefined) {
      comeUpTo(place);
      came += 1;
    }
    parts.push({ is: place === undefined ? 'gone' : 'same', text });
  }
  comeUpTo(after.length);
  return parts;
}

/** A word or two that stayed between changes: read as part of them, not as an island. */
const ISLAND = 8;

/** Neighbours of one kind become one part; what went stands before what came in its place. */
function joined(parts: DiffPart[]): DiffPart[] {
  const runs: DiffPart[] = [];
  for (const { is, text } of parts) {
    const last = runs.at(-1);
    if (last?.is === is) last.text += text;
    else runs.push({ is, text });
  }
  const out: DiffPart[] = [];
  const held = { gone: '', new: '' };
  const flush = () => {
    for (const is of ['gone', 'new'] as const) if (held[is]) out.push({ is, text: held[is] });
    held.gone = '';
    held.new = '';
  };
  for (const [index, { is, text }] of runs.entries()) {
    const isHeld = held.gone !== '' || held.new !== '';
    const next = runs[index + 1];
    const isIsland = isHeld && next !== undefined && text.trim().length < ISLAND && !text.includes('\n');
    if (is !== 'same') held[is] += text;
    else if (isIsland) {
      held.gone += text;
      held.new += text;
    } else {
      flush();
      out.push({ is, text });
    }
  }
  flush();
  return out;
}

/** What changed from one letter to the next, by words; by paragraphs where they are long. Bounded in time and memory. */
export function diffTexts(before: string, after: string): DiffPart[] {
  const sides: [string[], string[]][] = [
    [wordsOf(before), wordsOf(after)],
    [paragraphsOf(before), paragraphsOf(after)],
  ];
  const most = [MOST_WORDS, MOST_PARAGRAPHS];
  for (const [index, [a, b]] of sides.entries())
    if (a.length <= (most[index] ?? 0) && b.length <= (most[index] ?? 0)) return joined(compared(a, b));
  return [
    { is: 'gone', text: before },
    { is: 'new', text: after },
  ];
}
