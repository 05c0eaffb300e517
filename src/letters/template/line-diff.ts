import { matching } from '../matching.ts';

export type Piece = { text: string; marked: boolean };
/** One line of a comparison; `skip` stands for lines that are the same in both and far from every change. */
export type DiffLine =
  | { is: 'same' | 'gone' | 'new'; line: number; pieces: Piece[] }
  | { is: 'skip'; count: number };

/** Lines that are shown around a change. */
const AROUND = 2;
/** Words compared with words of one pair of lines; more are shown whole. */
const MAX_WORD_PAIRS = 250_000;

const whole = (text: string, marked = false): Piece[] => (text === '' ? [] : [{ text, marked }]);
const wordsOf = (line: string) => line.match(/\s+|[\p{L}\p{N}_@-]+(?:\.[\p{L}\p{N}_@-]+)*|./gu) ?? [];

/** The words of a line, those marked that the other line does not have. */
function piecesOf(words: string[], kept: (number | undefined)[]): Piece[] {
  const pieces: Piece[] = [];
  words.forEach((text, index) => {
    const marked = kept[index] === undefined;
    const last = pieces.at(-1);
    if (last && last.marked === marked) last.text += text;
    else pieces.push({ text, marked });
  });
  return pieces;
}

function changedWords(gone: string, now: string): [Piece[], Piece[]] {
  const [a, b] = [wordsOf(gone), wordsOf(now)];
  if (a.length * b.length > MAX_WORD_PAIRS) return [whole(gone), whole(now)];
  const kept = matching(a, b);
  const back: (number | undefined)[] = new Array(b.length).fill(undefined);
  kept.forEach((at, index) => {
    if (at !== undefined) back[at] = index;
  });
  // Where hardly anything stayed, marks would only be noise.
  const stayed = a.filter((word, index) => /\S/.test(word) && kept[index] !== undefined).length;
  if (stayed * 3 < Math.min(a.length, b.length)) return [whole(gone), whole(now)];
  return [piecesOf(a, kept), piecesOf(b, back)];
}

/** A run of lines that went and those that came in their place. */
function change(gone: string[], came: string[], goneFrom: number, cameFrom: number): DiffLine[] {
  const pairs =
    gone.length === came.length ? gone.map((line, index) => changedWords(line, came[index] ?? '')) : null;
  return [
    ...gone.map((line, index) => ({
      is: 'gone' as const,
      line: goneFrom + index + 1,
      pieces: pairs?.[index]?.[0] ?? whole(line),
    })),
    ...came.map((line, index) => ({
      is: 'new' as const,
      line: cameFrom + index + 1,
      pieces: pairs?.[index]?.[1] ?? whole(line),
    })),
  ];
}

/** What differs between two texts, line by line and word by word. Empty when nothing does. Texts of 500 lines at most. */
export function lineDiff(before: string, now: string): DiffLine[] {
  const [a, b] = [before, now].map((text) => text.replace(/\n$/, '').split('\n')) as [string[], string[]];
  const kept = matching(a, b);
  const lines: DiffLine[] = [];
  let [inA, inB] = [0, 0];
  for (let index = 0; index <= a.length; index++) {
    const at = index < a.length ? kept[index] : b.length;
    if (at === undefined) continue;
    lines.push(...change(a.slice(inA, index), b.slice(inB, at), inA, inB));
    if (index < a.length) lines.push({ is: 'same', line: at + 1, pieces: whole(a[index] ?? '') });
    [inA, inB] = [index + 1, at + 1];
  }
  return lines.some(({ is }) => is !== 'same') ? withoutFar(lines) : [];
}

function withoutFar(lines: DiffLine[]): DiffLine[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ is }) => is !== 'same'),
  );
  const out: DiffLine[] = [];
  lines.forEach((line, index) => {
    const last = out.at(-1);
    if (near[index]) out.push(line);
    else if (last?.is === 'skip') last.count++;
    else out.push({ is: 'skip', count: 1 });
  });
  return out;
}
