/** `; did you mean address?` where one of the known names is close to what was written, else nothing. */
export function nearest(written: string, known: readonly string[]): string {
  if (written.length > 60) return '';
  const [best] = known
    .map((name) => ({ name, distance: edits(written.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, Math.floor(best.name.length / 4))
    ? `; did you mean ${best.name}?`
    : '';
}

/** How many letters must change to make one word of the other (Levenshtein). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (next[j - 1] ?? 0) + 1,
          (row[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
