/** How many letters have to change, or neighbours to swap, for one short word to become the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 9) + 1 : 9;
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, changed, swapped);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

/** Longer ones are no slip of the keyboard, and take long to compare. */
const LONGEST = 60;

/** The one of some names that was probably meant; undefined: none is close. */
export function nearest(word: string, among: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const given = word.toLowerCase();
  const [best] = among
    .map((one) => {
      const name = one.toLowerCase();
      return { one, far: name.startsWith(given) && given.length > 2 ? 0 : distance(given, name) };
    })
    .sort((a, b) => a.far - b.far);
  return best && best.far <= Math.min(2, Math.floor(given.length / 3)) ? best.one : undefined;
}

/** `; did you mean address?` where one of the names is close, else nothing. */
export function didYouMean(word: string, among: readonly string[]): string {
  const meant = nearest(word, among);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}
