/** One run of a comparison: in both texts, only in the older one, or only in the newer one. */
export type DiffPart = { is: 'same' | 'gone' | 'new'; text: string };

/** Words and the blanks between them on each side, compared one by one; of longer texts, paragraphs are. */
const MOST_WORDS = 1500;
/** Paragraphs that are compared; beyond them a text is all gone and all new. */
const MOST_PARAGRAPHS = 1000;

const wordsOf = (text: string) => text.match(/\s+|[^\s]+/g) ?? [];
const paragraphsOf = (text: string) => text.match(/[^\n]*(?:\n+|$)/g)?.filter(Boolean) ?? [];

/** The longest common subsequence, by the table of lengths; the caller bounds both sides. */
function compared(before: string[], after: string[]): DiffPart[] {
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        before[i] === after[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const parts: DiffPart[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      parts.push({ is: 'same', text: before[i] ?? '' });
      i += 1;
      j += 1;
    } else if (
      j >= after.length ||
      (i < before.length && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      parts.push({ is: 'gone', text: before[i] ?? '' });
      i += 1;
    } else {
      parts.push({ is: 'new', text: after[j] ?? '' });
      j += 1;
    }
  }
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
