/** A mistake in a template's text, where it stands (both from 1), and what to do about it. */
export type TemplateProblem = { line: number; column: number; words: string };

/** Enough for a person to go on with; after so many, the rest is most often what follows from them. */
export const MAX_PROBLEMS = 20;

/** Finds line and column of an offset. */
export function placeIn(text: string): (at: number) => { line: number; column: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (at) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  };
}
